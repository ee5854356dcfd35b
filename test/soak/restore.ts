import { quiet } from '../kit/judgement.js';
import { answersMore } from '../kit/load.js';
import { runProgram } from '../kit/program.js';
import type { World } from './world.js';

/**
 * Postgres is taken back to a backup, behind the same topic, and the log is fenced. Between loads, for what is answered after the backup is
 * lost by right.
 * @param prefix of the marks that are lost
 * @returns how it was done
 */
export async function restoreBackup({ service, postgres, random, token }: World, prefix: string): Promise<string> {
  const url = postgres.url;
  await quiet(url);
  await postgres.stop();
  await postgres.backUp();
  await postgres.start();
  const future = await service.startLoad(prefix, { token });
  await answersMore(future, random.between(50, 150));
  await future.stop();
  const names = service.names();
  // Half of the time the service lives to see its log go back.
  const lives = random.below(2) === 0;
  const stopAll = () => Promise.all(names.map((name) => service.end(name)));
  if (!lives) await stopAll();
  await postgres.stop();
  await postgres.restore();
  await postgres.start();
  if (lives) await stopAll();
  const { code, stderr } = await runProgram(['events', 'fence', '--yes'], service.env);
  if (code !== 0) throw new Error(`events fence ended with code ${code}: ${stderr}`);
  await Promise.all(names.map((name) => service.start(name)));
  return lives ? 'beneath the running service' : 'while the service was stopped';
}
