import { traceparentOf } from './traceparent.js';

const valid = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

it('takes a trace context', () => expect(traceparentOf({ headers: { traceparent: valid } })).toBe(valid));

it.each([
  undefined,
  '',
  'x'.repeat(12_000),
  ` ${valid}`,
  `${valid}-more`,
  valid.toUpperCase(),
  valid.replace('00-', 'ff-'),
  `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
  `00-4bf92f3577b34da6a3ce929d0e0e4736-${'0'.repeat(16)}-01`,
])('takes nothing else: %.60s', (traceparent) => expect(traceparentOf({ headers: { traceparent } })).toBeUndefined());
