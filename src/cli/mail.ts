import type { Command } from 'commander';
import { findMail, listMails } from '../core/mail/mails.js';
import { CommandFailure, exitCodes } from './exit.js';
import { print, printFacts, printJson, printRows, type OutputOptions } from './output.js';
import { withSession, type Session } from './session.js';

/** More mails than this are not listed. */
const listLimit = 200;

export function addMailCommands(program: Command): void {
  const mail = program.command('mail').description('look at the mails of the last 90 days');

  mail
    .command('list')
    .description(`the newest ${listLimit} mails`)
    .option('--json', 'print JSON')
    .action((options: OutputOptions) => withSession((session) => list(session, options)));

  mail
    .command('show')
    .description('one mail; with its text while it is kept because SMTP_URL is not set')
    .argument('<number>')
    .option('--json', 'print JSON, with the HTML part')
    .action((number: string, options: OutputOptions) => withSession((session) => show(session, number, options)));
}

async function list({ pool }: Session, options: OutputOptions): Promise<void> {
  printRows(
    await listMails(pool, listLimit),
    {
      mail: (row) => row.number,
      template: (row) => row.template,
      for: (row) => row.userId,
      state: (row) => row.state,
      made: (row) => row.createdAt,
      sent: (row) => row.sentAt,
      error: (row) => row.lastError,
    },
    'There are no mails.',
    options,
  );
}

async function show({ pool, core }: Session, number: string, options: OutputOptions): Promise<void> {
  const mail = /^\d{1,15}$/.test(number) ? await findMail(pool, core.dataKeys, Number(number)) : null;
  if (!mail) throw new CommandFailure(`There is no mail ${number}.`, exitCodes.notFound);
  if (options.json) return printJson(mail);
  const { body, ...facts } = mail;
  const isReadable = body !== null && typeof body !== 'string';
  printFacts({ ...facts, ...(isReadable && { to: body.to, subject: body.subject }) }, options);
  if (isReadable) print(`\n${body.text}`);
  else if (body) print(`\n${body}`);
}
