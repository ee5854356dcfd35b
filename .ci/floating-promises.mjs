// Finds promises that nobody waits for: a failure in one is lost, or ends the process far from its cause.
// A promise that is meant to be left alone says so: `void save()`.
import process from 'node:process';
import ts from 'typescript';

const { config, error } = ts.readConfigFile('tsconfig.json', (path) => ts.sys.readFile(path));
if (error) throw new Error(ts.flattenDiagnosticMessageText(error.messageText, '\n'));
const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, process.cwd());
const program = ts.createProgram(fileNames, { ...options, noEmit: true });
const checker = program.getTypeChecker();
let found = 0;

for (const file of program.getSourceFiles()) {
  if (fileNames.includes(file.fileName)) visit(file, file);
}
process.stdout.write(`floating promises: ${found} in ${fileNames.length} files\n`);
process.exitCode = found > 0 ? 1 : 0;

function visit(node, file) {
  if (ts.isExpressionStatement(node) && isFloating(node.expression)) {
    const { line } = file.getLineAndCharacterOfPosition(node.getStart());
    process.stdout.write(
      `error: ${file.fileName}:${line + 1}: a promise that nobody waits for: await it, or write void.\n`,
    );
    found += 1;
  }
  ts.forEachChild(node, (child) => visit(child, file));
}

function isFloating(expression) {
  if (ts.isParenthesizedExpression(expression)) return isFloating(expression.expression);
  if (ts.isConditionalExpression(expression))
    return isFloating(expression.whenTrue) || isFloating(expression.whenFalse);
  if (ts.isBinaryExpression(expression))
    return isLogical(expression.operatorToken.kind) && isFloating(expression.right);
  if (!ts.isCallExpression(expression)) return false;
  return isPromise(checker.getTypeAtLocation(expression)) && !handlesRejection(expression);
}

function isLogical(kind) {
  return [
    ts.SyntaxKind.AmpersandAmpersandToken,
    ts.SyntaxKind.BarBarToken,
    ts.SyntaxKind.QuestionQuestionToken,
  ].includes(kind);
}

/** Only Promise and what extends it: others with a `then` (Fastify's reply, a test's given/when/then) are not meant to be awaited. */
function isPromise(type) {
  if (type.isUnion()) return type.types.some(isPromise);
  if (type.symbol?.name === 'Promise') return true;
  return type.isClassOrInterface() && checker.getBaseTypes(type).some(isPromise);
}

/** `.catch(f)` and `.then(f, g)` take care of a failure; `.finally(f)` hands it on. */
function handlesRejection(call) {
  if (!ts.isPropertyAccessExpression(call.expression)) return false;
  const name = call.expression.name.text;
  if (name === 'catch') return call.arguments.length > 0;
  if (name === 'then') return call.arguments.length > 1;
  return (
    name === 'finally' &&
    ts.isCallExpression(call.expression.expression) &&
    handlesRejection(call.expression.expression)
  );
}
