import { Transform } from 'class-transformer';
import { IsInstance, IsOptional } from 'class-validator';
import { ReceivedUpload } from './upload.js';

/** For a field of type Upload in an input class. Null and absent: no file. */
export function UploadField(): PropertyDecorator {
  // class-transformer has made a copy of the object by then, and a file cannot be copied: take what was sent.
  const asSent = Transform(({ obj, key }: { obj: Record<string, unknown>; key: string }) => obj[key] ?? undefined);
  const decorators = [asSent, IsOptional(), IsInstance(ReceivedUpload)];
  return (target, name) => decorators.forEach((decorate) => decorate(target, name));
}
