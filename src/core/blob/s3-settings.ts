/** Where objects are kept when S3_BUCKET is set. */
export type S3Settings = {
  bucket: string;
  /** Undefined: Amazon's own, by region. */
  endpoint: string | undefined;
  region: string;
  /** Undefined: found as the tools of AWS find it (roles, profiles). */
  accessKeyId: string | undefined;
  secretAccessKey: string | undefined;
  /** Begins every key. */
  prefix: string;
  /** The bucket stands in the path of the URL and not in its host. */
  pathStyle: boolean;
};
