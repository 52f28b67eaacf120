// Macros of dates, times and spans (see macros.ts for how they are written).
import { failed, failedCast } from '../failed.ts'

export const dateMacros: readonly string[] = [
  // The engine takes a year's 53rd week where it has none for the first one of the next, which the text then does not name.
  `CREATE MACRO athena_of_week(v, x) AS CASE WHEN week(v) = 1 AND NOT contains(x, CAST(isoyear(v) AS VARCHAR))
     THEN ${failed(`'INVALID_FUNCTION_ARGUMENT: Cannot parse "' || x || '": Value 53 for weekOfWeekyear must be in the range [1,52]'`)} ELSE v END`,
  // The text as the format says; one that does not say so is an error with the text as the statement has it.
  `CREATE MACRO athena_parsed(x, f, shown, codes, run) AS coalesce(CASE WHEN trim(shown) = shown THEN try_strptime(x, f) END,
     CASE WHEN shown IS NOT NULL THEN ${failed("'INVALID_FUNCTION_ARGUMENT: ' || athena_parse_fault(shown, codes, run)")} END)`,
  `CREATE MACRO athena_parsed_loosely(x, f, shown, codes, run) AS coalesce(try_strptime(x, f),
     CASE WHEN shown IS NOT NULL THEN ${failed("'INVALID_FUNCTION_ARGUMENT: ' || athena_parse_fault(shown, codes, run)")} END)`,
  // Athena's two digits begin with 70 in 1970; the engine's with 69 in 1969.
  'CREATE MACRO athena_pivot(x) AS CASE WHEN year(x) = 1969 THEN x + to_years(100) ELSE x END',
  'CREATE MACRO athena_first_half(x) AS CASE WHEN hour(x) >= 12 THEN x - to_hours(12) ELSE x END',
  `CREATE MACRO athena_iso_date(x) AS coalesce(CASE
     WHEN regexp_full_match(x, '\\d{4}-\\d\\d-\\d\\d') THEN TRY_CAST(x AS DATE)
     WHEN regexp_full_match(x, '\\d{4}(-\\d\\d)?') THEN TRY_CAST(x || CASE WHEN len(x) = 4 THEN '-01-01' ELSE '-01' END AS DATE)
     WHEN regexp_full_match(x, '\\d{4}-\\d{3}') THEN CAST(try_strptime(x, '%Y-%j') AS DATE)
     WHEN regexp_full_match(x, '\\d{4}-W\\d\\d(-[1-7])?')
       THEN CAST(try_strptime(CASE WHEN len(x) = 8 THEN x || '-1' ELSE x END, '%G-W%V-%u') AS DATE) END,
     CASE WHEN x IS NOT NULL THEN ${failedCast("'INVALID_FUNCTION_ARGUMENT: Invalid format: \"' || x || '\"'")} END)`,
  // The engine's own cast wants minutes in the time and in the offset.
  `CREATE MACRO athena_iso_moment(x) AS coalesce(
     CASE WHEN regexp_full_match(x, '\\d{4}-\\d\\d-\\d\\d(T\\d\\d(:\\d\\d(:\\d\\d([.,]\\d{1,9})?)?)?(Z|[+-]\\d\\d(:?\\d\\d)?)?)?')
       THEN TRY_CAST(regexp_replace(regexp_replace(regexp_replace(replace(x, ',', '.'), 'T(\\d\\d)(Z|[+-].*)?$', 'T\\1:00\\2'),
         'T(\\d\\d:\\d\\d)(Z|[+-].*)?$', 'T\\1:00\\2'),
         '([+-]\\d\\d):?(\\d\\d)$', '\\1:\\2') AS TIMESTAMPTZ) END,
     CASE WHEN x IS NOT NULL THEN ${failedCast("'INVALID_FUNCTION_ARGUMENT: Invalid format: \"' || x || '\"'")} END)`,
  "CREATE MACRO athena_iso_instant(x) AS date_trunc('millisecond', athena_iso_moment(x))",
  `CREATE MACRO athena_iso_instant_nanos(x) AS CASE
     WHEN regexp_matches(x, '[.,]\\d{6}\\d*[1-9]') THEN ${failedCast("'NOT_SUPPORTED: this engine holds microseconds, not the nanoseconds of ' || x")}
     ELSE athena_iso_moment(x) END`,
  `CREATE MACRO athena_unix_nanos(x) AS CASE
     WHEN x % 1000 <> 0 THEN ${failedCast("'NOT_SUPPORTED: this engine holds microseconds, not the nanoseconds of ' || x")}
     ELSE make_timestamptz(CAST(x // 1000 AS BIGINT)) END`,
  "CREATE MACRO athena_month_count(x) AS datepart('year', x) * 12 + datepart('month', x)",
  `CREATE MACRO athena_counted(n, word) AS
     CASE WHEN n > 0 THEN n || ' ' || word || CASE WHEN n = 1 THEN '' ELSE 's' END END`,
  `CREATE MACRO athena_readable_seconds(x) AS CASE
     WHEN x IS NULL THEN NULL
     WHEN NOT isfinite(x) THEN ${failedCast("'INVALID_FUNCTION_ARGUMENT: Invalid argument found'")}
     ELSE list_transform([CAST(floor(abs(x) + 0.5) AS BIGINT)], s -> CASE WHEN s = 0 THEN '0 seconds' ELSE array_to_string([
       athena_counted(s // 604800, 'week'), athena_counted(s // 86400 % 7, 'day'), athena_counted(s // 3600 % 24, 'hour'),
       athena_counted(s // 60 % 60, 'minute'), athena_counted(s % 60, 'second')], ', ') END)[1] END`,
  `CREATE MACRO athena_duration(x) AS coalesce(
     to_microseconds(CAST(floor(TRY_CAST(regexp_extract(x, '^\\s*(\\d+(?:\\.\\d+)?)\\s*(ns|us|ms|s|m|h|d)\\s*$', 1) AS DOUBLE) *
       CASE regexp_extract(x, '([a-z]+)\\s*$', 1) WHEN 'ns' THEN 1e-6 WHEN 'us' THEN 1e-3 WHEN 'ms' THEN 1 WHEN 's' THEN 1000
         WHEN 'm' THEN 60000 WHEN 'h' THEN 3600000 ELSE 86400000 END + 0.5) AS BIGINT) * 1000),
     CASE WHEN x IS NOT NULL THEN ${failedCast(
       `'INVALID_FUNCTION_ARGUMENT: ' || CASE WHEN x = '' THEN 'duration is empty'
       WHEN regexp_full_match(x, '\\s*\\d+(\\.\\d+)?\\s*[a-zA-Z]+\\s*') THEN 'Unknown time unit: ' || regexp_extract(x, '([a-zA-Z]+)\\s*$', 1)
       ELSE 'duration is not a valid data duration string: ' || x END`,
     )} END)`,
  // Spans of days and smaller, as microseconds: what is below a millisecond is cut off.
  `CREATE MACRO athena_span_factor(x) AS CASE WHEN isnan(x)
     THEN ${failed("'INVALID_FUNCTION_ARGUMENT: Cannot multiply by double NaN'")} ELSE x END`,
  `CREATE MACRO athena_span_divisor(x) AS CASE WHEN isnan(x) OR x = 0
     THEN ${failed("'INVALID_FUNCTION_ARGUMENT: Cannot divide by double ' || athena_float(x)")} ELSE x END`,
  'CREATE MACRO athena_span(us) AS to_microseconds(CAST(trunc(us / 1000) AS BIGINT) * 1000)',
  `CREATE MACRO athena_whole_days(x, what) AS CASE
     WHEN epoch_us(x) % 86400000000 <> 0 THEN ${failedCast("'INVALID_FUNCTION_ARGUMENT: Cannot ' || what || ' a date'")}
     ELSE x END`,
]
