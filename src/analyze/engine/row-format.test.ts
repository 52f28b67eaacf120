// Text tables are read as their SerDes read them. Each case is a table of one file; a row of what it says is compared.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RowFormat } from '../../formats/row-format.ts'
import type { TableSource } from './request.ts'
import { parseSchema } from './request.ts'
import { fileOf, query } from './testing/tables.ts'

const openx: RowFormat = {
  ...{ serde: 'openx', caseInsensitive: true, dotsToUnderscores: false, keyMappings: {}, ignoreMalformed: false },
}
const hive: RowFormat = { serde: 'hive', timestampFormats: [] }
const lazy: RowFormat = { serde: 'lazy', separators: [',', '|', ':'], nullText: '\\N', skipLines: 0 }
const opencsv: RowFormat = { serde: 'opencsv', separator: ',', quote: '"', escape: '\\', skipLines: 0 }

async function read(
  rows: RowFormat,
  schema: string,
  content: string | Uint8Array,
  sql = 'SELECT * FROM t',
  path = 's3://b/t/file',
): Promise<readonly string[]> {
  const made = await fileOf(path, content)
  const format = rows.serde === 'openx' || rows.serde === 'hive' ? 'json' : 'csv'
  const table: TableSource = {
    ...{ database: 'default', name: 't', format, rows, columns: parseSchema(schema) },
    ...{ partitionColumns: [], partitions: [] },
    files: async () => [{ ...made, partition: -1 }],
  }
  const answer = await query(sql, [table])
  assert.equal(answer.scannedBytes, made.bytes)
  return answer.lines.slice(1)
}

interface Case {
  readonly name: string
  readonly rows: RowFormat
  readonly schema: string
  readonly content: string
  readonly lines?: readonly string[]
  readonly sql?: string
  readonly error?: RegExp
}

const cases: readonly Case[] = [
  {
    name: 'keys of any case, of every line its own',
    ...{ rows: openx, schema: 'id int, name string' },
    content: '{"ID":1,"Name":"a"}\n{"id":2,"NAME":"b","more":[1]}\n{"name":"c"}\n{}\n',
    lines: ['"1","a"', '"2","b"', ',"c"', ','],
  },
  {
    name: 'keys whose case counts',
    ...{ rows: { ...openx, caseInsensitive: false, keyMappings: { time: 'Time' } }, schema: 'id int, time string' },
    content: '{"ID":1,"Time":"a"}\n{"id":2,"time":"b"}\n',
    lines: [',"a"', '"2",'],
  },
  {
    name: 'texts keep the order of the document, whose keys may be whole numbers; maps are printed as Java’s',
    ...{ rows: openx, schema: 'm map<string,int>, s string, d double, f array<float>' },
    content: '{"m":{"b":1,"10":2,"a\\"9":3,"2" : 4},"s":{"b":{"2":0,"1":0},"1":[]},"d":-0.0,"f":[-0.0]}\n',
    lines: ['"{b=1, 2=4, a""9=3, 10=2}","{""b"":{""2"":0,""1"":0},""1"":[]}","-0.0","[-0.0]"'],
  },
  {
    name: 'columns that are called by a whole number',
    ...{ rows: hive, schema: '`1` int, m map<int,string>' },
    content: '{"m":{"2":"a","1":"b"},"1":7}\n',
    lines: ['"7","{1=b, 2=a}"'],
  },
  {
    name: 'OpenCSV reads the doubles that Java reads',
    ...{ rows: opencsv, schema: 'd double, s string', sql: 'SELECT d FROM t' },
    content: 'NaN,a\n"-Infinity",b\n+Infinity,c\n+1.5,d\n',
    lines: ['"NaN"', '"-Infinity"', '"Infinity"', '"1.5"'],
  },
  {
    name: 'mapped keys and dots in keys',
    ...{
      rows: { ...openx, dotsToUnderscores: true, keyMappings: { ts: 'timestamp' } },
      schema: 'ts bigint, a_b string',
    },
    content: '{"timestamp":5,"a.b":"x"}\n{"Timestamp":6,"a_b":"y"}\n',
    lines: ['"5","x"', '"6","y"'],
  },
  {
    name: 'columns called as what every object has',
    ...{ rows: openx, schema: 'constructor string, tostring int, hasownproperty string' },
    content: '{"constructor":"a","toString":1,"hasOwnProperty":"b"}\n{}\n',
    lines: ['"a","1","b"', ',,'],
  },
  {
    name: 'nested values, their keys in any case too',
    ...{ rows: openx, schema: 's struct<Aa:int,b:array<string>>, m map<string,bigint>' },
    content: '{"S":{"aA":1,"B":["x","y"],"c":0},"m":{"K":2}}\n{"s":{"b":"z"},"m":null}\n',
    lines: ['"{aa=1, b=[x, y]}","{k=2}"', '"{aa=null, b=[z]}",'],
    sql: 'SELECT s, m FROM t',
  },
  {
    name: 'a nested value in a column of text as its JSON',
    ...{ rows: openx, schema: 'v string' },
    content: '{"v":{"a": [1, 2.50]}}\n{"v":true}\n{"v":10}\n',
    lines: ['"{""a"":[1,2.5]}"', '"true"', '"10"'],
  },
  {
    name: 'numbers in text, and timestamps in their forms',
    ...{ rows: openx, schema: 'n bigint, d double, t timestamp' },
    content:
      '{"n":"12","d":"1.5","t":"2024-01-02 03:04:05.678"}\n{"n":13,"d":2,"t":"2024-01-02T03:04:05Z"}\n{"t":1704164645678}\n',
    lines: [
      '"12","1.5","2024-01-02 03:04:05.678"',
      '"13","2.0","2024-01-02 03:04:05.000"',
      ',,"2024-01-02 03:04:05.678"',
    ],
  },
  {
    name: 'a value that does not fit is an error',
    ...{ rows: openx, schema: 'a string, n int', content: '{"a":"x","n":12312845691}\n' },
    error: /HIVE_BAD_DATA: Error parsing field value '12312845691' for field 1: For input string: "12312845691"/,
  },
  {
    name: 'a value that does not fit is no error where nobody asks for it',
    ...{ rows: openx, schema: 'a string, n int', content: '{"a":"x","n":"y"}\n', sql: 'SELECT a FROM t' },
    lines: ['"x"'],
  },
  {
    name: 'a line that is no JSON is an error, also where only rows are counted',
    ...{ rows: openx, schema: 'a string', content: '{"a":"x"}\n{"a":\n', sql: 'SELECT count(*) FROM t' },
    error: /HIVE_CURSOR_ERROR: Row is not a valid JSON Object - JSONException: /,
  },
  {
    name: 'a line that is no JSON is a row of NULLs where the table says so',
    ...{ rows: { ...openx, ignoreMalformed: true }, schema: 'a string, b int' },
    content: '{"a":"x","b":1}\n{"a":\n\n{"a":"y"}\n',
    lines: ['"x","1"', ',', ',', '"y",'],
  },
  {
    name: 'of several documents in a line the first',
    ...{ rows: openx, schema: 'a int', content: '{"a":1}{"a":2}\n[3]\n' },
    lines: ['"1"', '"3"'],
  },
  {
    name: 'numbers that JSON has no numerals for, as text',
    ...{ rows: openx, schema: 'd double, f float, l array<double>' },
    content: '{"d":"NaN","f":"-Infinity","l":["Infinity",1]}\n{"d":"+Infinity","f":" NaN ","l":["-NaN"]}\n{"d":1}\n',
    lines: ['"NaN","-Infinity","[Infinity, 1.0]"', '"Infinity","NaN","[NaN]"', '"1.0",,'],
  },
  {
    name: 'what is no number is none for a double either',
    ...{ rows: openx, schema: 'd double', content: '{"d":"nan"}\n', error: /field value 'nan' for field 0/ },
  },
  {
    name: "Hive's JSON SerDe",
    ...{ rows: hive, schema: 'a int, t timestamp, s struct<x:int>' },
    content: '{"A":1,"T":"2024-01-02 03:04:05","s":{"X":2}}\n',
    lines: ['"1","2024-01-02 03:04:05.000","{x=2}"'],
  },
  {
    name: "Hive's JSON SerDe takes no text for a number",
    ...{ rows: hive, schema: 'a int', content: '{"a":"1"}\n', error: /HIVE_BAD_DATA: Error parsing field value/ },
  },
  {
    name: 'delimited text: too few fields, too many, NULL, and what does not fit',
    ...{ rows: lazy, schema: 'n int, s string, b boolean, d date' },
    content: '1,x,TRUE,2024-01-02,more\n1.7,\\N\nx,"q",yes,2024-1-x\n,,,\n\n',
    lines: ['"1","x","true","2024-01-02"', '"1",,,', ',"""q""",,', ',"",,', ',,,'],
  },
  {
    name: 'delimited text with timestamps of its own formats',
    ...{ rows: { ...lazy, timestampFormats: ["yyyy-MM-dd'T'HH:mm:ss.SSS", 'dd/MM/yyyy'] } },
    ...{ schema: 't timestamp, n int, s struct<t:timestamp>' },
    content: '2025-10-15T01:02:03.456,1,31/12/2024\n2025-10-15 01:02:03,2,x\nsoon,3,\\N\n',
    lines: [
      '"2025-10-15 01:02:03.456","1","{t=2024-12-31 00:00:00.000}"',
      '"2025-10-15 01:02:03.000","2","{t=null}"',
      ',"3",',
    ],
  },
  {
    name: 'delimited text with escapes',
    ...{ rows: { ...lazy, escape: '\\' }, schema: 'a string, b string', content: 'x\\,y,z\\\\\nplain,b\n' },
    lines: ['"x,y","z\\"', '"plain","b"'],
  },
  {
    name: 'delimited text with collections',
    ...{ rows: lazy, schema: 'a array<int>, m map<string,string>, s struct<x:int,y:string>, aa array<array<int>>' },
    content: '1|x|3,k:v|l:\\N,7|w,1:2|3\n,,,\n\\N,\\N,\\N,\\N\n',
    lines: ['"[1, null, 3]","{k=v, l=null}","{x=7, y=w}","[[1, 2], [3]]"', '"[]","{}","{x=null, y=null}","[]"', ',,,'],
    sql: 'SELECT a, m, s, aa FROM t',
  },
  {
    name: 'a header is skipped, and CRLF ends a line',
    ...{ rows: { ...lazy, separators: ['\t', '|', ':'], skipLines: 1 }, schema: 'a string, b int' },
    content: 'a\tb\r\nx\t1\r\ny\t2\r\n',
    lines: ['"x","1"', '"y","2"'],
  },
  {
    name: 'OpenCSV: quotes, escapes, missing fields',
    ...{ rows: opencsv, schema: 'a string, b string, c string' },
    content: 'x,"y, z",""\n"a ""b"" c","\\"d\\"",e\nonly\n"1","2"\n',
    lines: ['"x","y, z",""', '"a ""b"" c","""d""","e"', '"only",,', '"1","2",'],
  },
  {
    name: 'OpenCSV: numbers, days and milliseconds',
    ...{ rows: opencsv, schema: 'n bigint, d double, b boolean, day date, t timestamp' },
    content: '"12","1.5","TRUE","18276","1579059880000"\n12,1.5,no,0,0\n',
    lines: [
      '"12","1.5","true","2020-01-15","2020-01-15 03:44:40.000"',
      '"12","1.5","false","1970-01-01","1970-01-01 00:00:00.000"',
    ],
  },
  {
    name: 'OpenCSV: an empty number is an error',
    ...{ rows: opencsv, schema: 'a string, n int', content: '"x",""\n' },
    error: /HIVE_BAD_DATA: Error parsing field value '' for field 1: For input string: ""/,
  },
  {
    name: 'OpenCSV: a date that is written as one is an error',
    ...{ rows: opencsv, schema: 'd date', content: '2020-01-15\n' },
    error: /HIVE_BAD_DATA: Error parsing field value '2020-01-15' for field 0/,
  },
  {
    name: 'the groups of an expression, of which there may be more than columns',
    ...{ rows: { serde: 'regex', pattern: '(\\S+) (\\d+) ?(.*)?', flags: 's', skipLines: 0 } },
    ...{ schema: 'a string, n int', content: 'x 1 more\ny 2\n', lines: ['"x","1"', '"y","2"'] },
  },
  {
    name: 'the groups of an expression',
    ...{ rows: { serde: 'regex', pattern: '(\\S+) (\\d+)?(?: "([^"]*)")?', flags: 's', skipLines: 0 } },
    ...{ schema: 'a string, n int, q string', content: 'x 1 "q r"\ny \nnot matching at all\n' },
    lines: ['"x","1","q r"', '"y",,', ',,'],
  },
]

for (const one of cases) {
  test(one.name, async () => {
    const reading = read(one.rows, one.schema, one.content, one.sql)
    if (one.error !== undefined) await assert.rejects(reading, one.error)
    else assert.deepEqual(await reading, one.lines)
  })
}

test('a packed file of lines is read as a plain one', async () => {
  assert.deepEqual(await read(openx, 'a int', '{"A":1}\n{"a":2}\n', 'SELECT sum(a) FROM t', 's3://b/t/x.gz'), ['"3"'])
})
