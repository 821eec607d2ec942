// nixos-rebuild, or nh: programs that move what boots and activate by themselves, each in an order of its own. How the machine stands is asked
// before and afterwards, so that the same line comes to the same, whichever program does it.
import { call, type Part, stage } from "../script/part.ts";
import { type Step, type Word, wordsOf } from "../script/step.ts";

export interface Rebuilding {
  readonly action: string;
  readonly specialisation: string | undefined;
  readonly installBootloader: boolean;
  /** The words before a command there, in lines to type for a look. */
  readonly lookBy: string;
  /** Root is become there without a question, so that what is half done can be put right. */
  readonly mends: boolean;
}

/** How it stands before. */
export const askedBefore: Part = {
  main: [call("ask_before", [], "how it stands; does nobody else switch it?")],
  stages: [stage("ask how it stands, and whether another program switches it", "here", 1, 13)],
};

/** @param line the program's own @param note says what it does @param more what is done before the last word is said */
export const rebuilding = (line: Step, note: string, about: Rebuilding, ...more: readonly Step[]): Part => {
  const { action, specialisation, installBootloader, lookBy, mends } = about;
  const words: readonly Word[] = [action, ...(specialisation === undefined ? [] : [specialisation])];
  return {
    main: [
      { ...call("rebuilding", wordsOf(line)), note },
      call("see_outcome", words, "what came of it, whichever program it was"),
      ...more,
      call("say_outcome"),
    ],
    given: { bootloader: installBootloader ? "1" : "0", look_by: lookBy, mends: mends ? "yes" : "" },
    stages: [
      stage(note, "both"),
      stage("see what runs, what boots and what failed; put right what is half done", "both", 1, 4, 13),
    ],
  };
};
