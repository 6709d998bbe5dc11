package io.canvass.raft.script;

import java.util.List;

import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Input;
import io.canvass.raft.core.MemberChange;
import io.canvass.raft.core.ReplicaKey;

/** Changes of the members, in a script's words. */
final class ScriptedChange {
    /** What an observer may be behind. */
    private static final long MOST_LAG = 5;

    private ScriptedChange() {}

    /** change n1 add n4 [force] | promote n4 | demote n3 | remove n3 | replace n3, by the disk that it has now */
    static Input.ChangeMembers input(ScriptCluster cluster, long request, List<String> words) {
        ScriptedReplica about = cluster.replica(words.get(2));
        ReplicaKey key = about.config().self();
        Configuration.Member member = new Configuration.Member(key, about.name() + ":9080");
        MemberChange change =
                switch (words.get(1)) {
                    case "add" -> new MemberChange.Add(member);
                    case "promote" -> new MemberChange.Promote(key, MOST_LAG);
                    case "demote" -> new MemberChange.Demote(key);
                    case "remove" -> new MemberChange.Remove(key);
                    case "replace" -> new MemberChange.Replace(ScriptCluster.key(about.name()), member);
                    default -> throw new ScriptException("'" + words.get(1) + "' is no change of members");
                };
        return new Input.ChangeMembers(cluster.now(), request, change, words.contains("force"));
    }
}
