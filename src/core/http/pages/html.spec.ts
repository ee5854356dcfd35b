import { attributes, html } from './html.js';

const text = (value: unknown) => String(value);

describe('html', () => {
  it('escapes every text, in elements and in attributes', () => {
    const evil = `"><script>alert('&')</script>`;
    expect(text(html`<p title="${evil}">${evil}</p>`)).toBe(
      '<p title="&quot;&gt;&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;">&quot;&gt;&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;</p>',
    );
  });

  it('keeps what is Html, also in lists, and escapes what stands beside it', () => {
    const items = ['<b>', html`<i>${'<u>'}</i>`, 3];
    expect(text(html`<p>${items}</p>`)).toBe('<p>&lt;b&gt;<i>&lt;u&gt;</i>3</p>');
  });

  it('leaves out what is not there, but not a zero', () => {
    expect(text(html`${null}${undefined}${false}${0}${''}${[]}`)).toBe('0');
  });

  it('does not take an object that looks like Html for it', () => {
    expect(text(html`${{ text: '<b>', toString: () => '<b>' } as never}`)).toBe('&lt;b&gt;');
  });

  it('leaves what is written in the template as it is, backslashes too', () => {
    expect(text(html`<pre>a \\ b</pre>`)).toBe('<pre>a \\ b</pre>');
  });
});

it('attributes writes those that have a value', () => {
  const values = { id: 'a"b', hidden: true, required: false, title: undefined, lang: null, min: 0, value: '' };
  expect(text(attributes(values))).toBe(' id="a&quot;b" hidden min="0" value=""');
});
