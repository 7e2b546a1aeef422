// Package scan converts the units of a whole tree and sums up what it found.
//
// Convert works on several scripts at a time and keeps of each no more than what is
// needed to report on it and to write it: traces go as soon as a unit is done. The
// units come back in the order in which they were asked for, whatever finished
// first, so that the same tree gives the same report.
//
// Settle then looks at the units together, since each was converted as if it were
// alone:
//
//   - Units that change the same files belong together, and are converted if all of
//     them want the same text. Else, or where a script that stays as it is uses a
//     file that changes, they are refused (SF305). What a refused script uses is taken
//     from its text where it could not be followed.
//   - A script that runs other scripts disturbs none of them. Where they are units,
//     it is none; where only it can be converted, they are parts of its unit.
//
// A Report is the summary: totals, a line for each unit, what the conversion would
// spare, and what it leaves to do. Its JSON form can be compared with that of an
// earlier day (Compare), and those of shards can be joined (Merge).
package scan
