import { GroupCommit } from './group-commit.js';

describe('GroupCommit', () => {
  it('puts what arrives together into one commit and answers each its own', async () => {
    const commits: (readonly number[])[] = [];
    const group = new GroupCommit<number, string>(async (items) => (commits.push(items), items.map(String)), { lanes: 1, itemsMax: 10 });

    const answers = await Promise.all([group.add([1]), group.add([2, 3]), group.add([4])]);

    expect(commits).toEqual([[1, 2, 3, 4]]);
    expect(answers).toEqual([['1'], ['2', '3'], ['4']]);
  });

  it('never makes a group larger than a commit may be, and never splits a call', async () => {
    const commits: (readonly number[])[] = [];
    const group = new GroupCommit<number, number>(async (items) => (commits.push(items), items), { lanes: 1, itemsMax: 3 });

    await Promise.all([group.add([1, 2]), group.add([3, 4]), group.add([5, 6, 7, 8])]);

    expect(commits).toEqual([
      [1, 2],
      [3, 4],
      [5, 6, 7, 8],
    ]);
  });

  it('lets one faulty call fail alone', async () => {
    const group = new GroupCommit<number, number>((items) => (items.includes(2) ? Promise.reject(new Error('two')) : Promise.resolve(items)), {
      lanes: 1,
      itemsMax: 10,
    });

    const outcomes = await Promise.allSettled([group.add([1]), group.add([2]), group.add([3])]);

    expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });
});
