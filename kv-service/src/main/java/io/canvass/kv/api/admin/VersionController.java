package io.canvass.kv.api.admin;

import java.io.IOException;
import java.util.List;

import io.canvass.kv.api.calls.Replies;
import io.canvass.kv.api.http.QueryParameters;
import io.canvass.kv.api.http.RequestHeaders;
import io.canvass.kv.api.http.Requires;
import io.canvass.kv.api.json.KvJson;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.info.BuildProperties;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;

/** {@code GET /v1/version}: what runs on this node. */
@Controller
final class VersionController {
    private final String version;
    private final AdminCalls calls;

    /** @param build absent where the classes were not packaged by the build */
    VersionController(ObjectProvider<BuildProperties> build, AdminCalls calls) {
        BuildProperties properties = build.getIfAvailable();
        String known = properties == null ? null : properties.getVersion();
        this.version = known == null ? "unknown" : known;
        this.calls = calls;
    }

    @Requires
    @GetMapping("/v1/version")
    void version(HttpServletRequest request, HttpServletResponse response) throws IOException {
        QueryParameters.parse(request.getQueryString(), List.of());
        RequestHeaders.requireAccepts(request, MediaType.APPLICATION_JSON_VALUE, "Accept it or */*.");
        Replies.stamp(request, response, calls.view());
        Replies.mustRevalidate(response);
        Replies.send(response, MediaType.APPLICATION_JSON_VALUE, KvJson.object(json -> {
            json.writeStringProperty("version", version);
            json.writeStringProperty("java", Runtime.version().toString());
        }));
    }
}
