import { errorCatalogue } from '../errors/catalogue.js';

export const { refuse } = errorCatalogue({
  UPLOAD_URL_INVALID: {
    message: 'This upload URL is not valid. Ask for a new one.',
    help: 'It was not made here, was changed, was made for somebody else, or has expired. Which of them is not told.',
  },
  UPLOAD_NOT_FOUND: {
    message: 'There is no such upload. Ask for a new URL and send the file again.',
    help: 'Nothing was sent to this URL, or it was taken already, or it was kept for a day after its URL expired and then deleted.',
  },
  UPLOAD_INCOMPLETE: {
    message: 'The file was not sent to its end.',
    help: '`receivedBytes` have come of `totalBytes` (null: not said). Send the rest to the same URL.',
  },
  UPLOAD_TOO_LARGE: {
    message: 'The file is too large.',
    help: '`maxBytes` is the most that one upload may have. The operator can raise it: WAYBILL_MAX_UPLOAD_BYTES.',
  },
  UPLOAD_SPACE_EXHAUSTED: {
    message: 'Your uploads that nobody has used yet take too much room. Use them, or wait until they are deleted.',
    help: 'All uploads of one account together, with what is announced of those under way, may have `maxBytes`. They are deleted a day after their URLs expire.',
  },
  TOO_MANY_UPLOADS: {
    message: 'You have too many uploads that nobody has used yet. Use them, or wait until they are deleted.',
    help: 'One account may have `most` at a time. They are deleted a day after their URLs expire.',
  },
  UPLOAD_MALFORMED: {
    message: 'This request is no part of an upload.',
    help: 'The message says what is wrong: the Content-Range, or a body that does not fit it. What was there before is as it was.',
  },
  UPLOAD_CONFLICT: {
    message: 'This contradicts what the upload has been told before.',
    help: 'Its chunks name different totals, or another request to the same URL took over. Ask for its state (`Content-Range: bytes */*`), or begin again.',
  },
});
