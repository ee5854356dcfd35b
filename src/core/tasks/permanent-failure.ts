/** No further try can help; the job fails at once and waits for an operator. Its message must hold no personal data. */
export class PermanentFailure extends Error {
  override readonly name = 'PermanentFailure';
}
