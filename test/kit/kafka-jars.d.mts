export function kafkaMissing(): string | undefined;
export function findJava(): string | undefined;
export function kafkaJars(): Promise<string>;
