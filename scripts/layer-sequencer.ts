import { createHash } from 'node:crypto';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The layers of the tests, in the order in which they run: the last ones are short, and fill up what time remains. */
const layers: readonly string[] = ['property', 'kernel', 'cluster', 'process', 'unit'];

/**
 * Vitest's order of test files: layer by layer, in each by chance. Files of one layer share a process as long as no file of
 * another comes between.
 */
export default class LayerSequencer extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const { seed } = this.ctx.config.sequence;
    const place = ({ project, moduleId }: TestSpecification) =>
      `${layers.indexOf(project.name)} ${createHash('sha1').update(`${seed} ${moduleId}`).digest('hex')}`;
    const places = new Map(files.map((file) => [file, place(file)]));
    return files.toSorted((a, b) => ((places.get(a) ?? '') < (places.get(b) ?? '') ? -1 : 1));
  }
}
