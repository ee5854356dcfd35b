import { redrawn } from './redraw.js';

it('draws over what stands there, and clears what is left of it', () => {
  const first = redrawn(['a', 'b', 'c'], 0, { columns: 80, rows: 24 });
  expect(first).toEqual({ text: '\x1b[Ja\nb\nc\n', lines: 3 });
  expect(redrawn(['a'], first.lines, { columns: 80, rows: 24 })).toEqual({ text: '\x1b[3A\r\x1b[Ja\n', lines: 1 });
});

it('keeps to the size of the screen', () => {
  expect(redrawn(['12345678901', '1', '2', '3', '4'], 0, { columns: 10, rows: 5 })).toEqual({
    text: '\x1b[J1234567890\n1\n2\n… 2 more\n',
    lines: 4,
  });
});
