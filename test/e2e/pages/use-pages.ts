type Ann = { email: string; /** Her former one. */ password: string; userAgent: string };

/** All that carries a secret to pages: forms, a cookie, the addresses of links. Adds to `secrets` what it is given. */
export async function usePages(url: string, secrets: Record<string, string>, ann: Ann): Promise<void> {
  const { email, password, userAgent } = ann;
  const send = (path: string, fields: Record<string, string>, cookie = '') => {
    const headers = { 'sec-fetch-site': 'same-origin', cookie, 'user-agent': userAgent };
    return fetch(url + path, { method: 'POST', redirect: 'manual', headers, body: new URLSearchParams(fields) });
  };
  const known = { username: email, password: secrets['the new password']! };
  const loggedIn = await send('/login', known);
  const [cookie, token] = /^waybill-session=(\w+)/.exec(loggedIn.headers.get('set-cookie')!)!;
  secrets['the cookie'] = token!;
  await send('/login', { username: email, password });
  await send('/login', { ...known, filling: 'x'.repeat(20_000) }, cookie);
  await send('/register', { ...known, email, username: 'ann' }, cookie);
  await send('/settings/password', { oldPassword: password, password }, cookie);
  const made = await (await send('/settings/access-tokens', { identifier: 'browser' }, cookie)).text();
  secrets['the token of the page'] = /wba_\w{36}/.exec(made)![0];
  await fetch(`${url}/auth/reset?token=${secrets['the reset link']}`, { headers: { cookie } });
  await send('/auth/reset', { token: secrets['the reset link']!, password }, cookie);
  await send('/auth/email', { token: secrets['the validation link']! }, cookie);
  await send('/logout', {}, cookie);
}
