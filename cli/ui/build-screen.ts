import { render } from 'ink';
import { type BuildView, buildLines } from './build-lines.ts';
import { drawLines } from './draw-lines.ts';

/** The progress of a build on a terminal. */
export interface BuildScreen {
  /** The next stage of a gateway begins, by its place in the list. */
  stage(gateway: number, stage: string): void;
  /** A gateway is built, or has findings. */
  done(gateway: number): void;
  /** Takes the progress off the terminal: what comes next stands where it was. */
  close(): Promise<void>;
}

export interface BuildScreenOptions {
  readonly labels: readonly string[];
  readonly color: boolean;
  /** Where it is drawn. */
  readonly stream: NodeJS.WriteStream;
  /** Milliseconds of any clock that does not run backwards. */
  now(): number;
}

/** Frames are painted as stages begin: most of a build does not let a timer run. */
const MAX_FPS = 1_000;

export function openBuildScreen({ labels, color, stream, now }: BuildScreenOptions): BuildScreen {
  let builds = labels.map((label): BuildView => ({ label, begun: [], endedMs: undefined }));
  const frame = () => drawLines(buildLines(builds, stream.columns), color);
  const app = render(frame(), { stdout: stream, exitOnCtrlC: false, patchConsole: false, maxFps: MAX_FPS });
  const change = (gateway: number, how: (build: BuildView) => BuildView): void => {
    builds = builds.map((build, index) => (index === gateway ? how(build) : build));
    app.rerender(frame());
  };
  return {
    stage: (gateway, stage) => change(gateway, (build) => ({ ...build, begun: [...build.begun, { stage, atMs: now() }] })),
    done: (gateway) => change(gateway, (build) => ({ ...build, endedMs: now() })),
    async close() {
      app.clear();
      app.unmount();
      await app.waitUntilExit();
    },
  };
}
