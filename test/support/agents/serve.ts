/** A question to an agent, and its answer, matched by `id`. */
export interface Asked<Question> {
  readonly id: number;
  readonly question: Question;
}

export type Reply<Answer> = { readonly id: number } & (
  | { readonly answer: Answer }
  | { readonly error: string }
);

/** Answers whoever started this process (start-agent.ts), which ends with that. */
export function serve<Question, Answer>(answerTo: (question: Question) => Promise<Answer>): void {
  process.on('message', async ({ id, question }: Asked<Question>) => {
    const reply = await answerTo(question).then(
      (answer): Reply<Answer> => ({ id, answer }),
      (error: unknown): Reply<Answer> => ({
        id,
        error: error instanceof Error ? error.message : String(error),
      }),
    );
    process.send?.(reply);
  });
  process.once('disconnect', () => process.exit());
}
