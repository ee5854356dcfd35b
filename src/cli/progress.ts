import { note, paceOf, progressBar, type OutputOptions } from './output.js';

/** What is told of a long piece of work while it goes on. */
export type Progress = {
  /** Says how much there is to do; until then, and when it is nothing, nothing is shown. */
  total(count: number): void;
  /** @param done of the total; call it as often as you like */
  update(done: number): void;
};

const lineMs = 1000;

/** On standard error, for standard output belongs to the result: a bar on a terminal, or with `json` an object a line and second. */
export function startProgress(step: string, { json }: OutputOptions): Progress {
  let show: (done: number) => void = () => undefined;
  return {
    total: (count) => void (show = json ? lines(step, count) : progressBar(step, count)),
    update: (done) => show(done),
  };
}

function lines(step: string, total: number): (done: number) => void {
  const pace = paceOf(total);
  let printedAt = Date.now();
  return (done) => {
    if (Date.now() - printedAt < lineMs) return;
    printedAt = Date.now();
    note(JSON.stringify({ step, done, total, ...pace(done) }));
  };
}
