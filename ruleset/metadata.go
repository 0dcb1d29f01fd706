package ruleset

import (
	"slices"
	"strings"
	"time"

	"github.com/starhost/starhost/alert"
	"github.com/starhost/starhost/internal/strictyaml"
	"github.com/starhost/starhost/runtime"
)

// ruleKeys are the keys of a detection's YAML file, as Panther documents them,
// and moreKeys those that only some kinds have.
var ruleKeys = []string{
	"AnalysisType", "Filename", "DisplayName", "Enabled",
	"Severity", "DedupPeriodMinutes", "Tags", "Reports",
	"Description", "Runbook", "Reference", "CreateAlert", "SummaryAttributes",
	"OutputIds", "Tests", "Status",
}

var moreKeys = map[runtime.Kind][]string{
	runtime.KindRule:      {"RuleID", "LogTypes", "Threshold", "InlineFilters", "DynamicSeverities", "AlertTitle", "AlertContext", "GroupBy", "BaseDetection"},
	runtime.KindScheduled: {"RuleID", "ScheduledQueries", "Threshold", "LogTypes", "InlineFilters"},
	runtime.KindPolicy:    {"PolicyID", "ResourceTypes", "Suppressions", "AutoRemediationID", "AutoRemediationParameters", "ActionDelaySeconds", "InlineFilters"},
}

// idKey gives the key of a detection's id.
func idKey(kind runtime.Kind) string {
	if kind == runtime.KindPolicy {
		return "PolicyID"
	}
	return "RuleID"
}

// helperKeys are the keys of a helper's YAML file.
var helperKeys = []string{
	"AnalysisType", "GlobalID", "Filename", "Description", "Tags", "Reference", "DisplayName",
}

// The AnalysisTypes that are read, and those that are known and left alone.
var (
	readTypes = []string{"rule", "scheduled_rule", "policy", "global", "datamodel", "lookup_table", "pack"}
	leftTypes = []string{"saved_query", "scheduled_query", "correlation_rule", "derived", "signal"}
)

// maxDedup is the longest deduplication period in minutes: 30 days.
const maxDedup = 30 * 24 * 60

// metadata reads the metadata of a rule, a scheduled rule or a policy.
func metadata(m strictyaml.Mapping, path string, kind runtime.Kind) runtime.Metadata {
	m.CheckKeys(false, slices.Concat(ruleKeys, moreKeys[kind])...)
	meta := runtime.DefaultMetadata(m.Get(idKey(kind)).Text())
	meta.File, meta.Kind = path, kind
	meta.DisplayName = m.Get("DisplayName").Text()
	meta.Enabled = m.Get("Enabled").Bool(true)
	meta.LogTypes = m.Get(typesKey(kind)).Strings()
	meta.Severity = severity(m, meta.Severity)
	meta.Threshold = m.Get("Threshold").Integer(meta.Threshold, 1)
	meta.DedupPeriod = dedupPeriod(m.Get("DedupPeriodMinutes"), meta.DedupPeriod)
	meta.CreateAlert = m.Get("CreateAlert").Bool(true)
	meta.Description = m.Get("Description").Text()
	meta.Runbook = m.Get("Runbook").Text()
	meta.Reference = m.Get("Reference").Text()
	meta.Tags = m.Get("Tags").Strings()
	meta.Reports = reports(m.Get("Reports"))
	meta.Destinations = m.Get("OutputIds").Strings()
	meta.SummaryAttributes = m.Get("SummaryAttributes").Strings()
	meta.Filter = filter(m.Get("InlineFilters"))
	if meta.ID == "" {
		m.Errorf("%s is missing: every rule needs an id of its own", idKey(kind))
	}
	return meta
}

// typesKey gives the key of the types that a detection sees.
func typesKey(kind runtime.Kind) string {
	if kind == runtime.KindPolicy {
		return "ResourceTypes"
	}
	return "LogTypes"
}

func severity(m strictyaml.Mapping, fallback alert.Severity) alert.Severity {
	v := m.Get("Severity")
	if !v.Exists() {
		m.Errorf("Severity is missing, want one of Info, Low, Medium, High, Critical")
		return fallback
	}
	s, err := alert.ParseSeverity(v.Text())
	if err != nil {
		v.Errorf("Severity is %s, want one of Info, Low, Medium, High, Critical", v.Describe())
		return fallback
	}
	return s
}

func dedupPeriod(v strictyaml.Value, fallback time.Duration) time.Duration {
	minutes := v.Integer(int64(fallback/time.Minute), 1)
	if minutes > maxDedup {
		v.Errorf("DedupPeriodMinutes is %d, want at most %d (30 days)", minutes, maxDedup)
		return fallback
	}
	return time.Duration(minutes) * time.Minute
}

// reports reads the mapping from frameworks to what the rule covers of them.
func reports(v strictyaml.Value) map[string][]string {
	if v.IsNull() {
		return nil
	}
	lists := make(map[string][]string)
	for k, v := range v.Mapping().All() {
		lists[k.Text()] = v.Strings()
	}
	return lists
}

// analysisType tells what a YAML file describes: one of readTypes or leftTypes,
// or "" for a file that is none of ours.
func analysisType(m strictyaml.Mapping) string {
	v := m.Get("AnalysisType")
	if !v.Exists() {
		for _, key := range []string{"RuleID", "PolicyID"} {
			if k := m.Key(key); k.Exists() {
				k.Errorf("AnalysisType is missing beside %s, want AnalysisType: rule or policy", key)
			}
		}
		return ""
	}
	t := v.Text()
	if !slices.Contains(readTypes, t) && !slices.Contains(leftTypes, t) {
		v.Errorf("AnalysisType is %s, want one of %s", v.Describe(), strings.Join(readTypes, ", "))
		return ""
	}
	return t
}
