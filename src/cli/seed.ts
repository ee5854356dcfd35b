import { Option, type Command } from 'commander';
import { assertGoodPassword } from '../accounts/accounts.service.js';
import { hashPassword } from '../core/auth/passwords.js';
import { openBlobStore } from '../core/blob/open-blob-store.js';
import { CommandFailure, exitCodes } from './exit.js';
import { print, printJson, type OutputOptions } from './output.js';
import { startProgress } from './progress.js';
import { largeVersions, seedLimits, type SeedOptions } from './seed/options.js';
import { plannedUser, seededPrefix } from './seed/plan-accounts.js';
import { hasOtherAccounts, seedAccounts } from './seed/seed-accounts.js';
import { seedPackages } from './seed/seed-packages.js';
import { seederOf, type Seeder } from './seed/seeder.js';
import { withSession, type Session } from './session.js';
import { randomPassword } from './users.js';

type CommandOptions = SeedOptions & OutputOptions & { password?: string; yes?: boolean };

export function addSeedCommand(program: Command): void {
  program
    .command('seed')
    .description(
      'fill the instance with made-up users, namespaces, packages and versions; the same seed makes the same',
    )
    .addOption(numberOption('packages', 'how many packages'))
    .addOption(numberOption('versions', 'versions of a package on average: each has 1 to 2n - 1'))
    .option('--exact', 'every package has exactly so many versions', false)
    .addOption(numberOption('large', `so many packages, the first ones, get ${largeVersions} versions`))
    .addOption(numberOption('users', 'how many users, each with a namespace'))
    .addOption(numberOption('seed', 'which data: another number makes other names beside them'))
    .option('--password <text>', 'of the users that are made; default: a random one, printed once')
    .option('--yes', `also when there are accounts that no seed made (names without "${seededPrefix}" in front)`)
    .option('--json', 'print JSON, and progress as JSON lines on standard error')
    .addHelpText('after', notes)
    .action((options: CommandOptions) => withSession((session) => plant(session, options), { connections }));
}

/** The pool's: as many appends at once as keep two cores busy. */
const connections = 16;

const notes = `
What is there already is left as it is, so an interrupted run goes on where it ended, and a second run with the same options
adds nothing. More packages or versions of the same seed are added behind; with another number of users packages have other owners.
Every package can be run: it prints its name. It works beside a running server; without one, the next \`waybill serve\`
brings its read models up by itself.`;

function numberOption(name: keyof typeof seedLimits, what: string): Option {
  const { least, most, standard } = seedLimits[name];
  return new Option(`--${name} <n>`, what).default(standard).argParser((text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new CommandFailure(`--${name} takes a whole number from ${least} to ${most}.`, exitCodes.usage);
  });
}

async function plant(session: Session, options: CommandOptions): Promise<void> {
  if (!options.yes && (await hasOtherAccounts(session.pool)))
    throw new CommandFailure('There are accounts here that no seed made. With --yes the data is added beside them.');
  const password = options.password ?? randomPassword();
  for (let index = 0; index < options.users; index++) assertGoodPassword(password, plannedUser(options.seed, index));
  const seeder = seederOf(session, await openBlobStore(session.config));
  const startedAt = Date.now();
  const owners = await seedAccounts(seeder, options, await hashPassword(password));
  await seedPackages(seeder, options, owners, startProgress('Packages', options));
  const seconds = (Date.now() - startedAt) / 1000;
  report(seeder, seconds, options, options.password === undefined && seeder.added.users > 0 ? password : null);
  if (session.interrupted.aborted) throw new CommandFailure('Interrupted: the same command goes on from here.');
}

/** @param password null when there is nothing to be told */
function report(
  { added, there }: Seeder,
  seconds: number,
  { json, seed }: CommandOptions,
  password: string | null,
): void {
  if (json) return printJson({ seed, added, there, seconds, ...(password === null ? {} : { password }) });
  const { users, namespaces, packages, versions, yanked } = added;
  print(
    `Added ${users} users, ${namespaces} namespaces, ${packages} packages and ${versions} versions, ${yanked} of them yanked, in ${seconds.toFixed(1)} s.`,
  );
  if (there.users > 0)
    print(
      `There already: ${there.users} users, ${there.namespaces} namespaces, ${there.packages} packages, ${there.versions} versions.`,
    );
  if (password !== null) print(`Password of the new users (${seededPrefix}${seed}-…): ${password}`);
  if (versions > 0) print('Read models follow while `waybill serve` runs.');
}
