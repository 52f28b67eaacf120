/** `biwa check`: everything that can be known of a definition before it runs. */
import { resolve } from 'node:path'
import type { DerivedRole } from '../define/rights.ts'
import { checkDefinition } from '../running/check.ts'
import type { Terminal } from '../world/terminal.ts'
import { type Command, readNamed } from './command.ts'
import { loadDefinition } from './definition-file.ts'
import { findingText, indent } from './finding-text.ts'
import { checkTypes } from './type-check.ts'

export const check: Command = {
  help: `usage: biwa check <lake.ts> [options]

Checks the lake that a file defines, without a lake: its types (where TypeScript is installed), its names and settings by
AWS's rules, its SQL against the declared columns, its shards by its load, its roles by what its parts do. Ends with 1 when
there is a mistake.

  --roles                shows the roles that are made, with their rights
  --no-types             leaves TypeScript out
`,

  async run(words: readonly string[], terminal: Terminal): Promise<number> {
    const { name, options } = readNamed(words, 'definition file', {
      roles: { type: 'boolean', default: false },
      'no-types': { type: 'boolean', default: false },
    })
    const definition = await loadDefinition(name, terminal)
    const types = options['no-types'] ? undefined : await checkTypes(resolve(terminal.directory, name))
    if (types?.isChecked === false) terminal.out(`types      ${types.text}\n`)
    else if (types?.text) terminal.out(`${types.text}\n`)
    const { findings, roles } = await checkDefinition(definition)
    for (const finding of findings) terminal.out(`${findingText(finding, definition)}\n`)
    if (options.roles) terminal.out(`${roles.map(roleText).join('\n')}\n`)
    const mistakes = findings.filter(({ level }) => level === 'mistake').length + (types?.mistakes ?? 0)
    terminal.out(
      mistakes > 0
        ? `${name}: ${mistakes} ${mistakes === 1 ? 'mistake' : 'mistakes'}\n`
        : `${name}: ${definition.parts.length} parts, no mistakes\n`,
    )
    return mistakes > 0 ? 1 : 0
  },
}

const roleText = ({ name, for: service, may }: DerivedRole): string =>
  [
    `role       ${name}, for ${service}`,
    ...may.map(({ actions, on }) => `${indent}${actions.join(', ')}\n${indent}  on ${on.join(`\n${indent}     `)}`),
  ].join('\n')
