/**
 * Every kind of thing that has a global id: its number inside the hash and the prefix in front of it. Clients store
 * ids, so neither ever changes and none is used again.
 */
export const idKinds = {
  User: { number: 0, prefix: 'u' },
  SocialAuth: { number: 1, prefix: 'su' },
  Namespace: { number: 2, prefix: 'ns' },
  Package: { number: 3, prefix: 'pk' },
  PackageVersion: { number: 4, prefix: 'pkv' },
  PackageCollaborator: { number: 5, prefix: 'pc' },
  PackageCollaboratorInvite: { number: 6, prefix: 'pci' },
  NativeExecutable: { number: 7, prefix: 'ne' },
  PackageVersionNPMBinding: { number: 8, prefix: 'pkvbjs' },
  PackageVersionPythonBinding: { number: 9, prefix: 'pkvbpy' },
  PackageTransferRequest: { number: 10, prefix: 'pt' },
  Interface: { number: 11, prefix: 'in' },
  InterfaceVersion: { number: 12, prefix: 'inv' },
  PublicKey: { number: 13, prefix: 'pub' },
  UserNotification: { number: 14, prefix: 'nt' },
  ActivityEvent: { number: 15, prefix: 'ae' },
  NamespaceCollaborator: { number: 16, prefix: 'nsc' },
  NamespaceCollaboratorInvite: { number: 17, prefix: 'nsci' },
  BindingsGenerator: { number: 18, prefix: 'bg' },
  DeployConfigVersion: { number: 19, prefix: 'dcv' },
  DeployConfigInfo: { number: 20, prefix: 'dci' },
  DeployApp: { number: 21, prefix: 'da' },
  DeployAppVersion: { number: 22, prefix: 'dav' },
  Waitlist: { number: 23, prefix: 'wl' },
  WaitlistMember: { number: 24, prefix: 'wlm' },
  CardPaymentMethod: { number: 25, prefix: 'cpm' },
  PaymentIntent: { number: 26, prefix: 'pi' },
  AppAlias: { number: 27, prefix: 'daa' },
  Nonce: { number: 28, prefix: 'nnc' },
  TermsOfService: { number: 29, prefix: 'tos' },
  // Kinds of our own, which no client takes apart, begin at 100.
  APIToken: { number: 100, prefix: 'tok' },
  PackageWebc: { number: 101, prefix: 'pkw' },
  WebcImage: { number: 102, prefix: 'wci' },
  PackageKeyword: { number: 103, prefix: 'kw' },
} as const satisfies Record<string, { number: number; prefix: string }>;

export type IdKind = keyof typeof idKinds;
