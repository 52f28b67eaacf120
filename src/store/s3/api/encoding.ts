// `encoding-type=url`: keys that XML cannot carry are written as in a form, a space as a plus; slashes stay.

export type Encode = (text: string) => string

const asIs: Encode = text => text
const url: Encode = text =>
  encodeURIComponent(text)
    .replace(/[!'()]/g, character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
    .replaceAll('%2F', '/')

export const encoderFor = (encodingType: 'url' | undefined): Encode => (encodingType === 'url' ? url : asIs)
