/**
 * `store.change_data_keys(...)`: stores new wrapped data keys and destroys those of erased subjects, in subject order.
 * A key that exists already means that another writer was first; an erased subject gets no new key.
 */
export const changeDataKeysFunction = `
CREATE FUNCTION store.change_data_keys(p_keys jsonb, p_erase jsonb) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  item record;
  v_erased_at timestamptz;
BEGIN
  FOR item IN
    SELECT k.subject, k.wrapped, k."ringKeyId" AS ring_key_id, false AS erases
    FROM jsonb_to_recordset(coalesce(p_keys, '[]')) AS k(subject text, wrapped text, "ringKeyId" text)
    UNION ALL
    SELECT subject, NULL, NULL, true FROM jsonb_array_elements_text(coalesce(p_erase, '[]')) AS subject
    ORDER BY 1, 4
  LOOP
    IF item.erases THEN
      INSERT INTO store.data_keys AS k (subject, erased_at) VALUES (item.subject, now())
      ON CONFLICT (subject) DO UPDATE
        SET wrapped = NULL, ring_key_id = NULL, erased_at = coalesce(k.erased_at, excluded.erased_at);
      CONTINUE;
    END IF;

    INSERT INTO store.data_keys (subject, wrapped, ring_key_id)
    VALUES (item.subject, item.wrapped, item.ring_key_id) ON CONFLICT (subject) DO NOTHING;
    CONTINUE WHEN FOUND;
    SELECT erased_at INTO v_erased_at FROM store.data_keys WHERE subject = item.subject;
    IF v_erased_at IS NULL THEN
      RAISE EXCEPTION 'The subject % has a data key already.', item.subject USING
        ERRCODE = 'WB005', DETAIL = jsonb_build_object('subject', item.subject)::text;
    END IF;
    RAISE EXCEPTION 'The subject % is erased.', item.subject USING
      ERRCODE = 'WB006', DETAIL = jsonb_build_object('subject', item.subject)::text;
  END LOOP;
END $$;
`;
