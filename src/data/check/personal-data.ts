/**
 * Patterns of personal data in the texts: e-mail and IP addresses, telephone numbers, IBANs and
 * card numbers. Patterns only: names and postal addresses are not found. Which texts have any is
 * said before they are handed on.
 */

import { countOf } from "../errors";
import type { CheckLine } from "./check";
import { type CheckFacts, good, leaveOut, line, type PlacedExample, wholeText } from "./facts";

/** Texts with so many digits that are searched for telephone numbers: it is slow. */
const MOST_SEARCHED = 4000;
/** Whose national numbers are known beside international ones. */
const COUNTRIES = ["US", "GB"] as const;

/** Telephone numbers in a text. */
type PhoneFinder = (text: string, country: (typeof COUNTRIES)[number]) => readonly unknown[];
/** Whether it is one, without blanks. */
type IbanTest = (iban: string) => boolean;

export interface Finders {
  readonly phones: PhoneFinder;
  readonly isIban: IbanTest;
}

type Kind = "e-mail address" | "telephone number" | "IBAN" | "card number" | "IP address";

const EMAIL = /[\p{L}\p{N}._%+-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}{2,24}/u;
/** Eight digits with little between them: fewer are no telephone number that could be told. */
const MANY_DIGITS = /\d(?:[\s().\-/]{0,2}\d){7}/;
const IBAN = /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}/g;
const CARD = /(?<![\d.])(?:\d[ -]?){12,18}\d(?![\d.])/g;
const IPV4 = /(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.]|\.\d)/g;
const IPV6 = /(?<![\w:.])[0-9a-f:]{9,39}(?![\w:.])/gi;

export async function personalData(facts: CheckFacts): Promise<CheckLine> {
  const finders = await loadFinders();
  const rowsOf = new Map<Kind, number>();
  const found: PlacedExample[] = [];
  let searches = 0;
  let isWhole = true;
  for (const row of facts.rows) {
    const text = wholeText(row.example);
    const withPhones = MANY_DIGITS.test(text);
    if (withPhones) searches++;
    if (searches > MOST_SEARCHED) isWhole = false;
    const kinds = kindsIn(text, finders, withPhones && searches <= MOST_SEARCHED);
    for (const kind of kinds) rowsOf.set(kind, (rowsOf.get(kind) ?? 0) + 1);
    if (kinds.length > 0) found.push(row);
    await facts.breathe();
  }
  if (found.length === 0) {
    return good(
      facts,
      "personal-data",
      "No e-mail or IP address, telephone, card or account number was found; names were not looked for.",
    );
  }
  const counted = [...rowsOf].map(([kind, rows]) => {
    const least = kind === "telephone number" && !isWhole ? "at least " : "";
    const plural = kind === "IBAN" ? "IBANs" : kind.endsWith("s") ? `${kind}es` : `${kind}s`;
    return `${plural} in ${least}${countOf(rows, "row")}`;
  });
  return line(
    facts,
    {
      id: "personal-data",
      isGood: false,
      said: `Texts hold what looks like personal data: ${counted.join(", ")}. Nothing leaves this page by itself; look before you hand on a report with rows, or the file.`,
    },
    { rows: found, actions: leaveOut(`Leave out ${countOf(found.length, "row")}`, found) },
  );
}

/** The libraries, brought when they are needed. */
export async function loadFinders(): Promise<Finders> {
  const [{ findPhoneNumbersInText }, { isValidIBAN }] = await Promise.all([
    import("libphonenumber-js/min"),
    import("ibantools"),
  ]);
  return {
    phones: (text, country) => findPhoneNumbersInText(text, country),
    isIban: (iban) => isValidIBAN(iban),
  };
}

/** What a text holds, each kind once. `withPhones`: whether telephone numbers are looked for. */
export function kindsIn(text: string, { phones, isIban }: Finders, withPhones = MANY_DIGITS.test(text)): Kind[] {
  const kinds: Kind[] = [];
  if (text.includes("@") && EMAIL.test(text)) kinds.push("e-mail address");
  const iban = all(text, IBAN).some((candidate) => beginsWithIban(candidate, isIban));
  const card = all(text, CARD).some(isCardNumber);
  // Digits of these are no telephone number.
  const rest = withPhones && !iban && !card ? text.replace(IPV4, " ") : "";
  if (MANY_DIGITS.test(rest) && COUNTRIES.some((country) => phones(rest, country).length > 0)) {
    kinds.push("telephone number");
  }
  if (iban) kinds.push("IBAN");
  if (card) kinds.push("card number");
  if (all(text, IPV4).some(isPublicIp4) || all(text, IPV6).some(isIp6)) kinds.push("IP address");
  return kinds;
}

const all = (text: string, pattern: RegExp) => text.match(pattern) ?? [];

/** Words in capitals may follow the number, so that its end is looked for. */
function beginsWithIban(candidate: string, isIban: IbanTest): boolean {
  const plain = candidate.replaceAll(" ", "");
  for (let end = plain.length; end >= 15; end--) if (isIban(plain.slice(0, end))) return true;
  return false;
}

/** By its first digit and the check digit (Luhn 1960, ISO/IEC 7812-1). */
function isCardNumber(candidate: string): boolean {
  const digits = candidate.replace(/\D/g, "");
  if (!/^[2-6]/.test(digits)) return false;
  const sum = [...digits].reverse().reduce((total, digit, place) => {
    const doubled = place % 2 === 1 ? 2 * Number(digit) : Number(digit);
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return sum % 10 === 0;
}

/** Of a network of one's own (RFC 1918), or of the machine itself, says nothing of a person. */
function isPublicIp4(candidate: string): boolean {
  const [a, b, ...others] = candidate.split(".").map(Number) as [number, number, ...number[]];
  if ([a, b, ...others].some((part) => part > 255)) return false;
  const isOwn =
    a === 0 || a === 10 || a === 127 || a >= 224 || (a === 192 && b === 168) || (a === 172 && b >= 16 && b < 32);
  return !isOwn;
}

function isIp6(candidate: string): boolean {
  // "::" and times of day are in many texts.
  return candidate.split(":").filter(Boolean).length >= 4 && URL.canParse(`http://[${candidate}]`);
}
