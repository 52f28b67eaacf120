// URLs. https://trino.io/docs/current/functions/url.html
import { type FunctionTable, scalar } from './entry.ts'

const ofText = (name: string) => scalar(['(varchar(x)) -> varchar(x)', `${name}($1)`])

export const urls: FunctionTable = {
  url_decode: ofText('athena_url_decode'),
  url_encode: scalar(['(varchar) -> varchar', 'athena_url_encode($1)']),
  url_extract_fragment: ofText('athena_url_fragment'),
  url_extract_host: ofText('athena_url_host'),
  url_extract_parameter: scalar(['(varchar(x), varchar) -> varchar(x)', 'athena_url_parameter($1, $2)']),
  url_extract_path: ofText('athena_url_path'),
  url_extract_port: scalar(['(varchar) -> bigint', 'athena_url_port($1)']),
  url_extract_protocol: ofText('athena_url_protocol'),
  url_extract_query: ofText('athena_url_query'),
}
