package attacks

// rssShift turns the unit of Rusage.Maxrss into bytes.
const rssShift = 0
