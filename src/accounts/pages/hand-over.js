// Hands the answer to the program that waits on this computer. The program takes one POST; a GET would end its login with an error, so
// the page can neither link nor lead there without this script.
// Said before the body is there: whoever has no script, or blocks it, sees the token to copy at once.
document.documentElement.dataset.handOver = 'sending';

document.addEventListener('DOMContentLoaded', async () => {
  const place = document.getElementById('hand-over');
  const { callback, answer } = place.dataset;
  const say = (outcome) => {
    document.documentElement.dataset.handOver = outcome;
    document.getElementById('outcome').textContent = place.dataset[outcome];
  };
  say('sending');
  try {
    const headers = { 'Content-Type': 'application/json' };
    const response = await fetch(callback, { method: 'POST', headers, body: answer });
    if (!response.ok) throw new Error(`status ${response.status}`);
    say('delivered');
    // It has the token; nobody needs to find it here.
    place.removeAttribute('data-answer');
    document.getElementById('by-hand')?.remove();
  } catch {
    say('failed');
  }
});
