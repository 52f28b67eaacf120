/** What stands around `lake.ts` and its test, so that `npm test` works. */
import type { Answers } from './answers.ts'

/** The versions that Biwa itself is checked with. */
export const devDependencies = { '@types/node': '26.6.6', typescript: '7.0.2' } as const

/** `biwa` is where npm takes Biwa from. */
export function packageFiles({ lake, question, table, at }: Answers, biwa: string): Readonly<Record<string, string>> {
  return {
    'package.json': json({
      name: lake,
      private: true,
      type: 'module',
      engines: { node: '>=26' },
      scripts: {
        test: 'node --test',
        check: 'tsc && biwa check lake.ts',
        up: 'biwa up lake.ts',
        graph: 'biwa graph lake.ts',
      },
      dependencies: { biwa },
      devDependencies,
    }),
    'tsconfig.json': json({
      compilerOptions: {
        target: 'esnext',
        lib: ['esnext', 'esnext.temporal'],
        module: 'nodenext',
        types: ['node'],
        strict: true,
        noUncheckedIndexedAccess: true,
        noEmit: true,
        allowImportingTsExtensions: true,
        erasableSyntaxOnly: true,
        verbatimModuleSyntax: true,
        skipLibCheck: true,
      },
      include: ['*.ts'],
    }),
    'README.md': readme(lake, question, table, at.bucket),
    '.gitignore': 'node_modules/\n.biwa/\n',
  }
}

const readme = (lake: string, question: string, table: string, bucket: string): string => `# ${lake}

${question === '' ? '' : `${question.replace(/[\\`*_{}[\]<>#|]/g, sign => `\\${sign}`)}\n\n`}A data lake for [Biwa](https://www.npmjs.com/package/biwa): \`lake.ts\` defines it, \`lake.test.ts\` runs it on a clock of its own.

\`\`\`sh
npm install
npm test             # a record goes in, its row comes out
npm run check        # types, SQL, names and limits, before anything runs
npm run up           # run it here; again after an edit, and the data is kept
npx biwa sql "SELECT * FROM ${table} LIMIT 10" --database ${lake.replaceAll('-', '_')} --output s3://${bucket}/answers/
\`\`\`
`

const json = (value: unknown): string =>
  // Short lists in one line, as a person would.
  `${JSON.stringify(value, null, 2).replace(/\[\s+([^[\]{}]*?)\s+\]/g, (_, inner: string) => `[${inner.replace(/\s+/g, ' ')}]`)}\n`
