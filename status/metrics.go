package status

import (
	"context"
	"net/http"
	goruntime "runtime"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/starhost/starhost/builtins/caching"
)

// Metrics returns the handler of /metrics. It has a registry of its own, to
// which Go's and the process's own metrics belong.
func (r *Reporter) Metrics() http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(
		(*collector)(r),
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{
		ErrorHandling:       promhttp.ContinueOnError,
		MaxRequestsInFlight: 4,
	})
}

// collector shows a Reporter's snapshots as metrics.
type collector Reporter

// Describe implements prometheus.Collector: by nothing, as what there is
// depends on the rules.
func (c *collector) Describe(chan<- *prometheus.Desc) {}

// Collect implements prometheus.Collector.
func (c *collector) Collect(out chan<- prometheus.Metric) {
	r := (*Reporter)(c)
	s := r.gather(context.Background()) // ends by the store's timeout
	descBuild.gauge(out, 1, s.Version, goruntime.Version())
	for _, rule := range r.Rules.liveNow() {
		collectRule(out, &rule, r.Rules.unhealthyAfter())
	}
	descEvaluationTime.histogram(out, &s.sums.times)
	descUnlogged.counter(out, float64(s.Totals.ErrorsUnlogged))
	collectRuleSet(out, s)
	collectSources(out, s.Sources)
	collectSinks(out, s)
	for i := range s.Queues {
		collectQueue(out, &s.Queues[i], clock(r.Now))
	}
	if s.store != nil {
		collectStore(out, s)
	}
}

// A desc describes a metric whose name begins with starhost_.
type desc struct{ *prometheus.Desc }

func describe(name, help string, labels ...string) desc {
	return desc{prometheus.NewDesc("starhost_"+name, help, labels, nil)}
}

var (
	descBuild = describe("build_info", "The program: always 1.", "version", "goversion")

	descReceived = describe("events_received_total", "Events that were received, by the kind of their source.", "source")
	descAccepted = describe("events_accepted_total", "Events that were processed: their alerts and their state are stored.", "source")
	descRefused  = describe("events_refused_total", "Records that are no events, and that it does not help to send again.", "source")
	descFailed   = describe("events_failed_total", "Events that could not be processed and have to be sent again.", "source")
	descRequests = describe("requests_total", "Finished requests for events, by result.", "source", "result")
	descInFlight = describe("requests_in_flight", "Requests for events that are under way.", "source")
	descReserved = describe("requests_in_flight_bytes", "Memory that is set aside for requests that are under way.", "source")
	descLag      = describe("tail_lag_bytes", "What the files of a path have beyond their last acknowledged records.", "file")

	descEvaluations = describe("rule_evaluations_total", "Events that a rule was asked about.", "rule")
	descRuleTime    = describe("rule_evaluation_seconds_total", "Time that a rule took for its evaluations.", "rule")
	descMatches     = describe("rule_matches_total", "Events that a rule matched.", "rule")
	descAlerts      = describe("rule_alerts_total", "Alerts that a rule opened.", "rule")
	descRuleErrors  = describe("rule_errors_total", "Errors of a rule by kind: error, limit, timeout and store are of evaluations, auxiliary of the other functions.", "rule", "kind")
	descUnhealthy   = describe("rule_unhealthy", "1 if the rule has failed for every event for some minutes, else 0.", "rule")
	descUnlogged    = describe("rule_errors_unlogged_total", "Errors of rules, and refused records, that were not logged, as the same one was just before.")

	descEvaluationTime = describe("evaluation_duration_seconds", "Time of one evaluation, of all rules.")

	descLive        = describe("rules_live", "Rules that are live.")
	descFiles       = describe("rule_files_refused", "Rule files that are refused at the moment.")
	descRuleSet     = describe("rule_set_info", "The rule set that is live: always 1.", "version")
	descReloads     = describe("reloads_total", "Reloads of the rules, by result.", "result")
	descLastSuccess = describe("reload_last_success_timestamp_seconds", "When a reload last succeeded without anything refused.")
	descLastOK      = describe("reload_last_successful", "1 if the last reload succeeded without anything refused, else 0.")
	descReady       = describe("ready", "1 if the service is ready, else 0.")

	descStoreUp   = describe("store_up", "1 if the store can be reached, else 0.", "store")
	descStoreOps  = describe("store_operations_total", "Operations of the store by result: ok, invalid (refused by a store that is well), failed.", "operation", "result")
	descStoreTime = describe("store_operation_duration_seconds", "Time of an operation of the store.", "operation")

	descTableRequests  = describe("dynamodb_requests_total", "Requests that were sent to the table, each attempt counted.")
	descTableRetries   = describe("dynamodb_retries_total", "Attempts of requests to the table after the first.")
	descTableThrottled = describe("dynamodb_throttled_total", "Attempts that the table refused, or answered in part, for want of capacity.")
	descTableAmbiguous = describe("dynamodb_ambiguous_total", "Attempts of writes that failed, but may have been applied.")
	descTableRecovered = describe("dynamodb_recovered_total", "Increments whose answer was lost and found on the item.")
	descTableCoalesced = describe("dynamodb_coalesced_total", "Increments that went to the table together with another one.")

	descSinkAlerts = describe("sink_alerts_total", "Alerts that a sink took.", "sink")
	descSinkErrors = describe("sink_errors_total", "Writes to a sink that failed.", "sink")
	descUnknown    = describe("alerts_unknown_destination_total", "Alerts that named a destination which no sink has; without another they go to the default sinks.")
	descNowhere    = describe("alerts_not_routed_total", "Alerts that went to no sink: none takes their severity, or the rule gave an empty list of destinations (withheld).", "reason")

	descQueued    = describe("outbox_alerts", "Alerts that wait for a destination.", "destination")
	descBytes     = describe("outbox_bytes", "Size of the alerts that wait for a destination.", "destination")
	descMaxQueued = describe("outbox_limit_alerts", "Most alerts that can wait for a destination; 0 is no limit.", "destination")
	descMaxBytes  = describe("outbox_limit_bytes", "Greatest size of the alerts that can wait for a destination; 0 is no limit.", "destination")
	descOldest    = describe("outbox_oldest_age_seconds", "Age of the alert that has waited longest for a destination, 0 if none waits.", "destination")
	descDelivered = describe("outbox_delivered_total", "Alerts that a destination took.", "destination")
	descRetries   = describe("outbox_retries_total", "Deliveries that failed and were to be tried again.", "destination")
	descAside     = describe("outbox_set_aside_total", "Alerts that a destination refused, and that were set aside.", "destination")
	descDropped   = describe("outbox_set_aside_dropped_total", "Alerts set aside that were lost for want of room.", "destination")
	descHeld      = describe("outbox_set_aside_alerts", "Alerts that are set aside at the moment.", "destination")
	descFull      = describe("outbox_full_total", "Alerts that did not get in, as too many were waiting.", "destination")
)

func (d desc) gauge(out chan<- prometheus.Metric, v float64, labels ...string) {
	d.send(out, prometheus.GaugeValue, v, labels)
}

func (d desc) counter(out chan<- prometheus.Metric, v float64, labels ...string) {
	d.send(out, prometheus.CounterValue, v, labels)
}

func (d desc) send(out chan<- prometheus.Metric, kind prometheus.ValueType, v float64, labels []string) {
	out <- prometheus.MustNewConstMetric(d.Desc, kind, v, valid(labels)...)
}

// The bounds of histograms are powers of two nanoseconds, where buckets end:
// 1 µs, 4 µs, …, 17 s.
const (
	firstBound = 10
	lastBound  = 34
)

func (d desc) histogram(out chan<- prometheus.Metric, t *times, labels ...string) {
	below := make(map[float64]uint64)
	for shift := firstBound; shift <= lastBound; shift += 2 {
		below[time.Duration(1<<shift).Seconds()] = t.below(shift)
	}
	out <- prometheus.MustNewConstHistogram(d.Desc, t.count, t.sum.Seconds(), below, valid(labels)...)
}

// valid makes label values UTF-8, which paths need not be. Different ones stay
// different.
func valid(labels []string) []string {
	for i, s := range labels {
		if !utf8.ValidString(s) {
			labels[i] = strconv.Quote(s)
		}
	}
	return labels
}

func collectRule(out chan<- prometheus.Metric, l *liveRule, unhealthyAfter time.Duration) {
	id := l.rule.ID
	rule, took := l.status(unhealthyAfter)
	descEvaluations.counter(out, float64(took.count), id)
	descRuleTime.counter(out, took.sum.Seconds(), id)
	descMatches.counter(out, float64(rule.Matches), id)
	descAlerts.counter(out, float64(rule.Alerts), id)
	for kind, n := range rule.ByKind {
		descRuleErrors.counter(out, float64(n), id, kind)
	}
	descUnhealthy.gauge(out, one(rule.Health == Unhealthy), id)
}

func one(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

func collectRuleSet(out chan<- prometheus.Metric, s *Status) {
	descLive.gauge(out, float64(s.RuleSet.Live))
	descFiles.gauge(out, float64(s.RefusedTotal))
	descReady.gauge(out, one(s.Ready))
	for result, n := range s.RuleSet.Reloads {
		descReloads.counter(out, float64(n), result)
	}
	if s.RuleSet.LastReload == nil {
		return
	}
	descRuleSet.gauge(out, 1, s.RuleSet.Version)
	descLastOK.gauge(out, one(s.RuleSet.LastReload.ok()))
	descLastSuccess.gauge(out, seconds(s.RuleSet.LastSuccess))
}

// seconds gives a time as Prometheus does, 0 if there is none.
func seconds(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.UnixMilli()) / 1e3
}

func collectSinks(out chan<- prometheus.Metric, s *Status) {
	for _, sink := range s.Sinks {
		descSinkAlerts.counter(out, float64(sink.Alerts), sink.Name)
		descSinkErrors.counter(out, float64(sink.Errors), sink.Name)
	}
	descUnknown.counter(out, float64(s.Routing.Unknown))
	descNowhere.counter(out, float64(s.Routing.Unrouted), "severity")
	descNowhere.counter(out, float64(s.Routing.Withheld), "withheld")
}

func collectSources(out chan<- prometheus.Metric, sources []Source) {
	for _, s := range sources {
		descReceived.counter(out, float64(s.Received), s.Kind)
		descAccepted.counter(out, float64(s.Accepted), s.Kind)
		descRefused.counter(out, float64(s.Refused), s.Kind)
		descFailed.counter(out, float64(s.Failed), s.Kind)
		for result, n := range s.Requests {
			descRequests.counter(out, float64(n), s.Kind, result)
		}
		if s.Requests != nil {
			descInFlight.gauge(out, float64(s.InFlight), s.Kind)
			descReserved.gauge(out, float64(s.InFlightBytes), s.Kind)
		}
		lag := make(map[string]int64) // of one path there may be several files
		for _, f := range s.Files {
			lag[f.Path] += f.Lag
		}
		for path, n := range lag {
			descLag.gauge(out, float64(n), path)
		}
	}
}

func collectQueue(out chan<- prometheus.Metric, q *Queue, now time.Time) {
	descQueued.gauge(out, float64(q.Alerts), q.Name)
	descBytes.gauge(out, float64(q.Bytes), q.Name)
	if !q.Retired { // else it has none
		descMaxQueued.gauge(out, float64(q.MaxAlerts), q.Name)
		descMaxBytes.gauge(out, float64(q.MaxBytes), q.Name)
	}
	age := 0.0
	if !q.Oldest.IsZero() {
		age = max(0, now.Sub(q.Oldest).Seconds())
	}
	descOldest.gauge(out, age, q.Name)
	descDelivered.counter(out, float64(q.Delivered), q.Name)
	descRetries.counter(out, float64(q.Retries), q.Name)
	descAside.counter(out, float64(q.Refused), q.Name)
	descDropped.counter(out, float64(q.Dropped), q.Name)
	descHeld.gauge(out, float64(q.SetAside), q.Name)
	descFull.counter(out, float64(q.Full), q.Name)
}

func collectStore(out chan<- prometheus.Metric, s *Status) {
	descStoreUp.gauge(out, one(s.Store.Up), s.Store.Name)
	for _, op := range s.Store.Operations {
		descStoreOps.counter(out, float64(op.OK), op.Name, "ok")
		descStoreOps.counter(out, float64(op.Invalid), op.Name, "invalid")
		descStoreOps.counter(out, float64(op.Failed), op.Name, "failed")
	}
	if t := s.Store.Table; t != nil {
		descTableRequests.counter(out, float64(t.Requests))
		descTableRetries.counter(out, float64(t.Retries))
		descTableThrottled.counter(out, float64(t.Throttled))
		descTableAmbiguous.counter(out, float64(t.Ambiguous))
		descTableRecovered.counter(out, float64(t.Recovered))
		descTableCoalesced.counter(out, float64(t.Coalesced))
	}
	for op := range caching.NumOps {
		var took times
		if s.store.ops[op].times.addTo(&took); took.count > 0 {
			descStoreTime.histogram(out, &took, op.String())
		}
	}
}
