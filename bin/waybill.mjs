#!/usr/bin/env node
// The program as people start it: checks Node, installs and builds what is missing, then runs the bundle in this very process,
// so that signals and exit codes need no forwarding. Nothing here writes to stdout: that belongs to the command.
// Only syntax that an old Node can read stands in this file, so that the check of its version is reached.
import process from 'node:process';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`Waybill needs Node.js 20.19 or newer; this is ${process.versions.node}.\n`);
  process.exit(1);
}

const { prepare } = await import('./prepare.mjs');
const program = await prepare();
if (!program) process.exit(1);
await import(program);
