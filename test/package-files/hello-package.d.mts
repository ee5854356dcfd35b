/** Path to content of everything in it. */
export declare const helloPackage: Record<string, string | Buffer>;

/** Writes the package, as somebody wrote it who wants to build it. */
export declare function writeHelloPackage(folder: string): void;
