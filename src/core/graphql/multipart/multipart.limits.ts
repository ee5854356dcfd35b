import { httpLimits } from '../../http/fastify.js';

const mib = 1024 * 1024;

/** What one multipart request may hold; an error names the limit. Larger files go by signed URL, not through GraphQL. */
export const multipartLimits = {
  /** The whole body, with boundaries and headers. */
  totalBytes: 32 * mib,
  /** All text fields together: as much as a JSON body may have. There are at most as many as a dialect knows, each once. */
  fieldBytes: httpLimits.bodyBytes,
  files: 10,
  /** One file. A resolver may take less. */
  fileBytes: 25 * mib,
} as const;

/** The rest of the headers of a part is cut off; nothing that we read is that long. */
export const partHeaderLimits = { headerSize: 4 * 1024, headerPairs: 20 } as const;

/** Files of all requests of the process together, on disk. */
export const spooledBytes = 256 * mib;
