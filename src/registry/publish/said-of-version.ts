/** What a publisher says of a version, as the inputs of the mutations hold it. Undefined says nothing. */
export type SaidOfVersion = {
  name?: string;
  namespace?: string;
  version: string;
  private?: boolean;
  manifest?: string;
  description?: string;
  license?: string;
  licenseFile?: string;
  readme?: string;
  homepage?: string;
  repository?: string;
};
