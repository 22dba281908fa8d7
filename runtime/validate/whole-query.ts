import type { Validator } from '../contract.ts';
import { failure, schemaFailure } from './failure.ts';
import { prepareForm } from './form.ts';
import type { ParameterOptions } from './options.ts';
import { decodePercent } from './styles.ts';
import { prepareValue, type ValueCheckOf } from './value.ts';

const NOT_WHOLE = failure('syntax', 'is not written as declared');

/** The query as one value (`in: querystring` of 3.2): a form, JSON, or a text. */
export function prepareQueryString(options: ParameterOptions, validator: (id: string) => Validator): ValueCheckOf {
  if (options.content !== 'form') return prepareValue({ ...options, style: 'form', explode: false }, decodePercent, validator);
  const read = prepareForm(options.coercion ?? {}, []);
  const compiled = options.schema === undefined ? undefined : validator(options.schema);
  return (raw) => {
    if (typeof raw !== 'string') return NOT_WHOLE;
    const form = read(raw);
    if ('failure' in form) return form.failure;
    return compiled === undefined || compiled(form.value) ? undefined : schemaFailure(compiled.errors);
  };
}
