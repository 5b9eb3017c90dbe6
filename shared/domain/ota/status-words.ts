export interface StatusWordMeaning {
  readonly outcome: 'ok' | 'warning' | 'error';
  readonly words: string;
}

/** ISO 7816-4, 5.6; ETSI TS 102 221, 10.2; the 9XXX ones of 3GPP TS 51.011, 9.4. */
const exact: Readonly<Record<string, string>> = {
  '9000': 'Done.',
  '9300': 'The SIM application toolkit is busy; the command can not be executed now.',
  '6200': 'Done, with a warning: nothing is known of the memory.',
  '6281': 'Part of what was returned may be corrupted.',
  '6282': 'The end of the file or record was reached before that many octets.',
  '6283': 'The file selected is deactivated.',
  '6285': 'The file selected is in the termination state.',
  '62f1': 'More data is available.',
  '62f2': 'More data is available, and a proactive command is pending.',
  '62f3': 'The response data is available.',
  '63f1': 'More data is expected.',
  '63f2': 'More data is expected, and a proactive command is pending.',
  '6400': 'Not done: nothing is known of the memory, which is unchanged.',
  '6500': 'Not done: nothing is known of the memory, which is changed.',
  '6581': 'A memory problem.',
  '6700': 'The length is wrong.',
  '6800': 'A function in CLA is not supported.',
  '6881': 'Logical channels are not supported.',
  '6882': 'Secure messaging is not supported.',
  '6900': 'The command is not allowed.',
  '6981': 'The command does not fit the structure of the file.',
  '6982': 'The security status is not satisfied.',
  '6983': 'The authentication method or PIN is blocked.',
  '6984': 'The referenced data is invalidated.',
  '6985': 'The conditions of use are not satisfied.',
  '6986': 'The command is not allowed: no elementary file is selected.',
  '6989': 'The command is not allowed: secure channel, security not satisfied.',
  '6999': 'The applet could not be selected.',
  '6a80': 'The data is wrong.',
  '6a81': 'The function is not supported.',
  '6a82': 'The file or application was not found.',
  '6a83': 'The record was not found.',
  '6a84': 'There is not enough memory in the file.',
  '6a86': 'P1 or P2 is wrong.',
  '6a87': 'Lc does not agree with P1 and P2.',
  '6a88': 'The referenced data was not found.',
  '6a89': 'The file exists already.',
  '6b00': 'P1 and P2 are wrong: beyond the end of the file.',
  '6d00': 'The instruction is not supported or invalid.',
  '6e00': 'The class is not supported.',
  '6f00': 'A technical problem, not diagnosed further.',
  '9240': 'A memory problem.',
  '9400': 'No elementary file is selected.',
  '9402': 'The address is out of range.',
  '9404': 'The file or pattern was not found.',
  '9408': 'The file does not fit the command.',
  '9802': 'There is no PIN of this kind.',
  '9804': 'The access condition is not fulfilled, or a PIN was wrong.',
  '9808': 'In contradiction with the status of the PIN.',
  '9810': 'In contradiction with the status of invalidation.',
  '9840': 'The PIN is blocked.',
  '9850': 'The value can not be increased: its maximum is reached.',
  '9862': 'Authentication error, wrong MAC.',
};

/** Of status words that are not above, by SW1: what they mean and, with `%`, SW2 as a number. */
const families: Readonly<Record<string, string>> = {
  '61': 'Done; % octets of response can be fetched.',
  '62': 'Done, with a warning; the memory is unchanged.',
  '63': 'Done, with a warning; the memory is changed.',
  '64': 'Not done; the memory is unchanged.',
  '65': 'Not done; the memory is changed.',
  '66': 'Not done, for reasons of security.',
  '67': 'The length is wrong.',
  '68': 'A function in CLA is not supported.',
  '69': 'The command is not allowed.',
  '6a': 'P1, P2 or the data is wrong.',
  '6c': 'The length is wrong; % octets are there.',
  '6f': 'A technical problem, not diagnosed further.',
  '91': 'Done; a proactive command of % octets is pending.',
  '92': 'Done, after the memory was tried % times.',
  '9e': 'Done, with an error in the data download; % octets of response can be fetched.',
  '9f': 'Done; % octets of response can be fetched.',
};

const outcomes: Readonly<Record<string, StatusWordMeaning['outcome']>> = {
  '61': 'ok',
  '62': 'warning',
  '63': 'warning',
  '91': 'ok',
  '92': 'ok',
  '9e': 'warning',
  '9f': 'ok',
};

/** What a status word says; `statusWord` is four hexadecimal digits. */
export const explainStatusWord = (statusWord: string): StatusWordMeaning => {
  const word = statusWord.toLowerCase();
  const [family, second] = [word.slice(0, 2), Number.parseInt(word.slice(2), 16)];
  const outcome = word === '9000' ? 'ok' : word === '9240' ? 'error' : (outcomes[family] ?? 'error');
  if (/^63c[0-9a-f]$/.test(word))
    return { outcome: 'warning', words: `Not verified; ${second & 0x0f} tries are left.` };
  const words = exact[word] ?? families[family]?.replace('%', String(second));
  return { outcome, words: words ?? 'A status word that neither ISO 7816-4 nor TS 102 221 defines.' };
};
