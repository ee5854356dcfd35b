// Finds Java and brings Kafka's jars. Without packages of our own: .ci/run asks before anything is installed.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { root } from '../../bin/paths.mjs';

const pom = join(root, 'test/kafka/pom.xml');
const oldestJava = 17;

/**
 * Why no broker can be started here.
 * @returns {string | undefined} undefined when one can
 */
export function kafkaMissing() {
  if (!findJava()) return `There is no Java ${oldestJava} or newer (JAVA_HOME or PATH).`;
  if (!existsSync(jarFolder()) && !runs('mvn')) return 'There is no Maven (mvn in PATH), which fetches Kafka.';
  return undefined;
}

/** The `java` of JAVA_HOME or of the PATH, or undefined when neither is new enough. */
export function findJava() {
  const candidates = [process.env.JAVA_HOME && join(process.env.JAVA_HOME, 'bin/java'), 'java'];
  return candidates.find((java) => java && javaVersion(java) >= oldestJava);
}

/** Fetches the jars that the pom names, once for each state of the pom. @returns {Promise<string>} the folder that holds them */
export async function kafkaJars() {
  const folder = jarFolder();
  if (existsSync(folder)) return folder;
  mkdirSync(dirname(folder), { recursive: true });
  const target = mkdtempSync(`${folder}-`);
  try {
    await maven(['-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${target}`]);
    renameSync(target, folder);
  } catch (error) {
    rmSync(target, { recursive: true, force: true });
    // Another process may have been quicker.
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

function jarFolder() {
  const version = createHash('sha256').update(readFileSync(pom)).digest('hex').slice(0, 12);
  return join(root, 'node_modules/.cache/kafka', version);
}

function javaVersion(java) {
  const { stderr } = spawnSync(java, ['-version'], { encoding: 'utf8' });
  return Number(/version "(\d+)/.exec(stderr ?? '')?.[1] ?? 0);
}

function runs(program) {
  return spawnSync(program, ['-version'], { stdio: 'ignore' }).error === undefined;
}

function maven(args) {
  return new Promise((resolve, reject) => {
    const child = spawn('mvn', args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`Maven could not fetch Kafka: ${output.trim() || `it ended with code ${code}`}`));
    });
  });
}
