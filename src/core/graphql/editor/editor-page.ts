import { assetUrl } from '../../http/assets.js';

/** The query editor (GraphiQL), from our own files alone: it works offline and under a strict content policy. */
export async function editorPage(): Promise<string> {
  const [pageCss, editorCss, ...scripts] = await Promise.all([
    assetUrl('page.css'),
    assetUrl('graphiql.min.css'),
    assetUrl('react.min.js'),
    assetUrl('react-dom.min.js'),
    assetUrl('graphiql.min.js'),
    assetUrl('editor.js'),
  ]);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Waybill: query editor</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${pageCss}">
<link rel="stylesheet" href="${editorCss}">
</head>
<body>
<div id="editor" class="editor">Loading the editor. It needs JavaScript.</div>
${scripts.map((url) => `<script src="${url}" defer></script>`).join('\n')}
</body>
</html>
`;
}
