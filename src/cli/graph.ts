/** `biwa graph`: the way of the data through a lake that a file defines, as text, Mermaid or SVG. */
import { writeFile } from 'node:fs/promises'
import { extname, resolve } from 'node:path'
import { mermaidOf } from '../define/graph/mermaid.ts'
import { svgOf } from '../define/graph/svg.ts'
import { textOf } from '../define/graph/text.ts'
import { type Way, wayOf } from '../define/graph/way.ts'
import type { Terminal } from '../world/terminal.ts'
import { type Command, readChoice, readNamed } from './command.ts'
import { loadDefinition } from './definition-file.ts'

const forms = ['text', 'mermaid', 'svg'] as const
type Form = (typeof forms)[number]
const formOfEnding: Readonly<Record<string, Form>> = { '.svg': 'svg', '.mmd': 'mermaid', '.mermaid': 'mermaid' }

export const graph: Command = {
  help: `usage: biwa graph <lake.ts> [options]

Shows the way of the data through the lake that a file defines: from streams and uploads through deliveries and jobs into
tables, with what each is set to.

  --as <form>            text (default), mermaid (for Markdown), or svg (a drawing, light or dark as its reader prefers)
  --out <file>           writes it there instead of printing it; .svg and .mmd say the form by themselves
  --roles                as which role each part acts
`,

  async run(words: readonly string[], terminal: Terminal): Promise<number> {
    const { name, options } = readNamed(words, 'definition file', {
      as: { type: 'string' },
      out: { type: 'string' },
      roles: { type: 'boolean', default: false },
    })
    const { as, out, roles } = options
    const form = as === undefined ? (formOfEnding[extname(out ?? '')] ?? 'text') : readChoice('as', as, forms)
    const way = wayOf(await loadDefinition(name, terminal), { roles })
    const drawn = drawnAs(form, way, terminal.columns)
    if (out === undefined) terminal.out(drawn)
    else {
      await writeFile(resolve(terminal.directory, out), drawn)
      terminal.out(`${out}: ${way.lake} as ${form}\n`)
    }
    return 0
  },
}

function drawnAs(form: Form, way: Way, columns: number): string {
  switch (form) {
    case 'text':
      return textOf(way, { columns })
    case 'mermaid':
      return mermaidOf(way)
    case 'svg':
      return svgOf(way)
  }
}
