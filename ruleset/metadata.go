package ruleset

import (
	"slices"
	"time"

	"github.com/starhost/starhost/alert"
	"github.com/starhost/starhost/internal/strictyaml"
	"github.com/starhost/starhost/runtime"
)

// ruleKeys are the keys of a rule's YAML file, as Panther documents them.
var ruleKeys = []string{
	"AnalysisType", "Filename", "RuleID", "DisplayName", "Enabled", "LogTypes",
	"Severity", "Threshold", "DedupPeriodMinutes", "Tags", "Reports",
	"Description", "Runbook", "Reference", "CreateAlert", "SummaryAttributes",
	"OutputIds", "Tests", "Status", "InlineFilters",
}

// helperKeys are the keys of a helper's YAML file.
var helperKeys = []string{
	"AnalysisType", "GlobalID", "Filename", "Description", "Tags", "Reference", "DisplayName",
}

// otherTypes are the AnalysisTypes that are no rules to run.
var otherTypes = []string{
	"policy", "scheduled_rule", "datamodel", "pack", "lookup_table",
	"saved_query", "scheduled_query", "correlation_rule", "derived",
}

// maxDedup is the longest deduplication period in minutes: 30 days.
const maxDedup = 30 * 24 * 60

// metadata reads a rule's metadata.
func metadata(m strictyaml.Mapping, path string) runtime.Metadata {
	m.CheckKeys(false, ruleKeys...)
	meta := runtime.DefaultMetadata(m.Get("RuleID").Text())
	meta.File = path
	meta.DisplayName = m.Get("DisplayName").Text()
	meta.Enabled = m.Get("Enabled").Bool(true)
	meta.LogTypes = m.Get("LogTypes").Strings()
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
	if meta.ID == "" {
		m.Errorf("RuleID is missing: every rule needs an id of its own")
	}
	return meta
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

// analysisType tells what a YAML file describes: "rule", "global", one of
// otherTypes, or "" for a file that is none of ours.
func analysisType(m strictyaml.Mapping) string {
	v := m.Get("AnalysisType")
	if !v.Exists() {
		if k := m.Key("RuleID"); k.Exists() {
			k.Errorf("AnalysisType is missing beside RuleID, want AnalysisType: rule")
		}
		return ""
	}
	t := v.Text()
	if t != "rule" && t != "global" && !slices.Contains(otherTypes, t) {
		v.Errorf("AnalysisType is %s, want rule or global", v.Describe())
		return ""
	}
	return t
}
