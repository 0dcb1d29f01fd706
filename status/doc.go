// Package status is what a running engine tells of itself: health, readiness,
// the figures of each rule, metrics.
//
// Rules and Store are told, by the goroutines that do the work, of each
// evaluation and each operation; that costs tens of nanoseconds and takes no
// lock. Reloads is told of each reload. What others count already (queues,
// sources, refused files) is asked for by functions when somebody wants to
// know. A Reporter puts all of it together into a Status, which is what
// /status answers; /metrics is the same snapshot in the words of Prometheus,
// so nothing is counted twice.
//
// Nothing here asks who the caller is: that is the server's business.
package status
