/** Lets a test import an SDL file as the bundle does: as its text. */
export default {
  process: (text) => ({ code: `export default ${JSON.stringify(text)};` }),
};
