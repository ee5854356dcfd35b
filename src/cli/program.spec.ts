import 'reflect-metadata';
import { createProgram } from './program.js';

it.each([
  'serve',
  'migrate',
  'projections',
  'projections status',
  'projections parked',
  'projections retry',
  'projections skip',
  'projections pause',
  'projections resume',
  'projections verify',
  'events',
  'events tail',
  'events show',
  'events verify',
  'events stats',
  'events export',
  'events import',
  'backup',
  'restore',
  'seed',
  'jobs',
  'jobs list',
  'jobs show',
  'jobs retry',
  'jobs drop',
  'mail',
  'mail list',
  'mail show',
  'users',
  'users create',
  'users reset-password',
  'users unlock',
  'users token',
  'users sessions',
  'users end-sessions',
  'users erase',
  'keys',
  'keys generate',
  'keys list',
  'keys rotate',
  'package',
  'package inspect',
])('%s --help says how it is used, and does nothing', async (command) => {
  const said: string[] = [];
  const program = createProgram();
  for (const each of [program, ...program.commands, ...program.commands.flatMap(({ commands }) => commands)])
    each.configureOutput({ writeOut: (text) => void said.push(text) });
  const parsing = program.parseAsync([...command.split(' '), '--help'], { from: 'user' });
  await expect(parsing).rejects.toMatchObject({ code: 'commander.helpDisplayed', exitCode: 0 });
  expect(said.join('')).toContain(`Usage: waybill ${command} `);
});
