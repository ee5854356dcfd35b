/* global React, ReactDOM, GraphiQL */
// Starts GraphiQL in the browser. A token goes into its "Headers" tab and is forgotten with the page: it is not kept in local storage.
const firstQuery = `# Ask for anything in the schema; the book icon opens its documentation.
# To act as a user, add to "Headers" below: { "Authorization": "Bearer <token>" }

query WhoAmI {
  viewer {
    username
  }
}
`;

const place = document.getElementById('editor');
place.textContent = '';
ReactDOM.createRoot(place).render(
  React.createElement(GraphiQL, {
    fetcher: GraphiQL.createFetcher({ url: window.location.pathname }),
    defaultQuery: firstQuery,
    isHeadersEditorEnabled: true,
    shouldPersistHeaders: false,
  }),
);
