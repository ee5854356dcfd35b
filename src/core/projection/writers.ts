import { ReactorWriter } from '../reactor/reactor-writer.js';
import type { Schema } from './ddl.js';
import type { Definition } from './definition.js';
import { RowsWriter, SumsWriter, type ProjectionWriter } from './writer.js';

/** @param schema where the table lies; the live one when left out. A reactor has none. */
export function writerOf(definition: Definition, schema?: Schema): ProjectionWriter {
  switch (definition.kind) {
    case 'rows':
      return new RowsWriter(definition, schema);
    case 'sums':
      return new SumsWriter(definition, schema);
    case 'reactor':
      return new ReactorWriter(definition);
  }
}
