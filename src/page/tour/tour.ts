/** The first walk through the page: from data to an answer, in five places. */

import { useStudio } from "../store/store";
import type { Stop } from "./walk";

export function tourStops(): Stop[] {
  const { current, past } = useStudio.getState().comparison;
  const last: Stop =
    current !== null || past.length > 0
      ? {
          place: "#results .verdict",
          title: "Read the answer",
          text: "The verdict says which run is ahead, by how much, and whether that may be luck. Below it stand curves, figures, single rows, and the adapters to download.",
        }
      : {
          place: ".gallery",
          title: "Read the answer",
          text: "Here the answer will stand: which run is ahead, by how much, and whether that may be luck. Until then, these are finished ones to look at, each with a short lesson.",
        };
  return [
    {
      place: "#step-data",
      title: "Bring data",
      text: "A table with a column of texts and one of answers, or one of the samples. It is read in this page and sent nowhere. Some rows are kept out of training, to measure on.",
    },
    {
      place: "#step-methods",
      title: "Choose methods",
      text: "Each is a way of tuning one base model, which itself stays as it is. Controls train little or nothing: they say what a method has to beat.",
    },
    {
      place: "#step-training",
      title: "Say how long",
      text: "Steps, batch size, seeds. The defaults are a good start; the time on this computer is said before you press anything.",
    },
    {
      place: ".compare-bar",
      title: "Compare",
      text: "All methods train side by side, on the same rows in the same order. You can pause, stop and go on at any time.",
    },
    last,
  ];
}
