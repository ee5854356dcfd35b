/**
 * `store.take_command_key(key)`: null when this append is the first with the key; then it holds the key until it ends,
 * and a twin waits. Otherwise the first result, `{streams, position}`.
 */
export const takeCommandKeyFunction = `
CREATE FUNCTION store.take_command_key(p_key jsonb) RETURNS jsonb LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  v_hash bytea := decode(p_key->>'inputHash', 'hex');
  v_earlier store.command_keys;
BEGIN
  LOOP
    INSERT INTO store.command_keys (scope, command, key, input_hash)
    VALUES (p_key->>'scope', p_key->>'command', p_key->>'key', v_hash)
    ON CONFLICT (scope, command, key) DO NOTHING;
    IF FOUND THEN RETURN NULL; END IF;

    SELECT * INTO v_earlier FROM store.command_keys
    WHERE scope = p_key->>'scope' AND command = p_key->>'command' AND key = p_key->>'key';
    -- Expired between the two statements: the key is free again.
    EXIT WHEN FOUND;
  END LOOP;

  IF v_earlier.input_hash <> v_hash THEN
    RAISE EXCEPTION 'The command key was used with other input.' USING
      ERRCODE = 'WB004', DETAIL = jsonb_build_object('key', v_earlier.key)::text;
  END IF;
  RETURN jsonb_build_object('streams', v_earlier.streams, 'position', v_earlier.position);
END $$;
`;
