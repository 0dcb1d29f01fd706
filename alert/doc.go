// Package alert holds what a rule says of an event that it matched (Match),
// the alert that goes out for it (Alert), and the windows that tell which
// matches belong to one alert: deduplication and thresholds.
package alert
